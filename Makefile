# The two commands: make build, make test. CI adds make check.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
TOOL := $(BIN)/fhir-content

.PHONY: build test test-long test-interop check clean

# The environment is made once, and again when what it is made from changes.
$(VENV)/installed: pyproject.toml hatch_build.py constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade "pip>=25.1"
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable ".[prove]" --group dev
	@touch $@

build: $(VENV)/installed
	$(TOOL) build

test: $(VENV)/installed
	$(BIN)/python -m pytest -n 2 -m "not long"

test-long: $(VENV)/installed
	$(BIN)/python -m pytest -n 2 -m long --ignore tests/interop

# Against other engines and validators: needs Node or Java, and their registries once.
test-interop: $(VENV)/installed
	$(BIN)/python -m pytest -m long tests/interop

check: $(VENV)/installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(TOOL) validate --fail-on warning
	$(TOOL) compile --check
	$(BIN)/python -m pytest -q tests/test_house.py

clean:
	rm -rf build/out .cache
