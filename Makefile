# The two commands: make build, make test. CI adds make check.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
TOOL := $(BIN)/fhir-content

.PHONY: build test test-long bench-validate bench-logic check clean

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
	$(BIN)/python -m pytest -n 2 -m long

# Beside other engines and validators; peers that cannot be had are left out with the reason.
bench-validate: $(VENV)/installed
	$(BIN)/python tests/bench/validate.py $(CORPUS)
	$(BIN)/python tests/bench/validate_project.py

bench-logic: $(VENV)/installed
	$(BIN)/python tests/bench/logic.py

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
