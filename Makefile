# make grade   build the environment, grade the example class, say where to look
# make test    build the environment, pass the tests
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.stamp
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: grade test lint audit release bench clean
grade: $(STAMP)
	$(BIN)/autograder grade examples/submitted --feedback feedback; code=$$?; [ $$code -le 1 ]

test: $(STAMP) lint
	$(BIN)/python -m pytest -n 2 --dist loadfile

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

audit: $(STAMP)
	$(BIN)/autograder audit

release: $(STAMP)
	$(BIN)/autograder release

bench: $(STAMP)
	$(BIN)/python benchmarks/compare.py

$(STAMP): requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "make: Python 3.11 or newer is needed: make PYTHON=python3.11 $(MAKECMDGOALS)"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --requirement requirements.txt
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

clean:
	rm -rf $(VENV) source autograded feedback gradebook.db .pytest_cache .mypy_cache .ruff_cache
