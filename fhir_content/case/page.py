"""Coverage as one page: the tally, the rows with their cases, the holes."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from fhir_content.case.coverage import Coverage, Hole

_STYLE = "body{font:15px sans-serif;margin:2em}td,th{padding:.2em .8em;text-align:left;vertical-align:top}"


def coverage_page(coverage: Coverage, holes: list[Hole], rows: dict[str, list[str]]) -> bytes:
    """An HTML page without scripts, the same bytes for the same coverage."""
    tally = [(kind, str(seen), str(total)) for kind, (seen, total) in coverage.tally(holes).items()]
    told = [(hole.kind, hole.home, hole.name, hole.missing) for hole in holes]
    cases = [(row, ", ".join(files)) for row, files in rows.items()]
    body = (
        _table("What the cases have seen", ("kind", "seen", "of"), tally)
        + _table("Rows of the decision tables, and the cases that name them", ("row", "cases"), cases)
        + _table("What no case has seen", ("kind", "where", "name", "never"), told)
    )
    head = f'<meta charset="utf-8"><title>Coverage</title><style>{_STYLE}</style>'
    return f'<!doctype html><html lang="en"><head>{head}</head><body>{body}</body></html>\n'.encode()


def _table(title: str, heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    header = "".join(f"<th>{escape(head)}</th>" for head in heads)
    lines = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<h2>{escape(title)}</h2><table><tr>{header}</tr>{lines}</table>"
