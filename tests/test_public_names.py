import subprocess
import sys


def test_the_public_names():
    import fhir_content

    assert fhir_content.__all__ == ["apply", "load", "validate"]
    for public in fhir_content.__all__:
        assert callable(getattr(fhir_content, public))


def test_a_function_is_not_hidden_by_its_module():
    code = "import fhir_content.validate, fhir_content; assert callable(fhir_content.validate)"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_an_unknown_name_is_an_attribute_error():
    import pytest

    import fhir_content

    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        fhir_content.nothing  # noqa: B018


def test_help_loads_nothing_heavy():
    heavy = ("pydantic", "yaml", "z3", "httpx", "fhir.resources", "pint", "orjson")
    code = (
        "import sys, click.testing\nfrom fhir_content.__main__ import cli\n"
        "assert click.testing.CliRunner().invoke(cli, ['--help']).exit_code == 0\n"
        f"print([name for name in {heavy} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "[]"
