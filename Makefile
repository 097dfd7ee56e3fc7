# WeCamp (营伴). `make help` lists the targets.
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
DEV_STAMP := $(VENV)/.installed-dev
NPM := tests/sandbox/clients/node
NPM_STAMP := $(NPM)/node_modules/.installed
EXIT ?=
KILLS ?= 200
INPUTS ?= 1000000
DATABASE ?= sqlite
BENCH ?=

# The tests and benches start many processes: none of them has to compile everything anew.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help setup demo test check lint types arrows clean requirements npm-clients screens crash fuzz bench

help: ## show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | sort | expand -t 16

$(VENV)/bin/python:
	@command -v $(PYTHON) >/dev/null || { echo "Python 3.11 is needed (set PYTHON=/path/to/python3.11)"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(STAMP): requirements.txt pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@$(BIN)/python -m compileall -q bot camp handlers jobs sandbox storage
	@touch $@

$(DEV_STAMP): requirements-dev.txt $(STAMP)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@

# The vendor's npm packages the sandbox is checked with: exact versions, each tarball checked by its sha512. Without npm
# the tests that need them are skipped, and say so in the summary; in CI that is an error.
$(NPM_STAMP): $(NPM)/package-lock.json
	@if cd $(NPM) && npm ci --silent; then touch node_modules/.installed; \
	else echo "npm is missing or cannot install: the sandbox is NOT CHECKED against the vendor's npm packages"; test -z "$(CI)"; fi

setup: $(STAMP) ## install everything needed to run, without running anything
	@echo "ready: $(BIN)/wecamp"

demo: $(STAMP) ## play a whole camp against the sandbox, then keep serving (EXIT=1: leave when it is over)
	$(BIN)/wecamp demo $(if $(EXIT),--exit)

npm-clients: $(NPM_STAMP) ## install the npm packages the sandbox is checked with

test: $(DEV_STAMP) $(NPM_STAMP) ## run all tests
	$(BIN)/python -m pytest -q

crash: $(DEV_STAMP) ## kill the server KILLS=200 times under load, on both databases, and check the books afterwards
	$(BIN)/python -m tests.crash --kills $(KILLS)

fuzz: $(DEV_STAMP) ## send INPUTS=1000000 hostile inputs through both edges and the worker (DATABASE=postgresql: on that)
	$(BIN)/python -m tests.fuzz --inputs $(INPUTS) --database $(DATABASE)

bench: $(DEV_STAMP) ## measure everything and write bench/results/ (BENCH="ingest --quick": some of it)
	$(BIN)/python -m bench $(BENCH)

screens: $(DEV_STAMP) ## take the pictures of README.md anew (needs Chromium)
	WECAMP_SCREENS=docs/screens $(BIN)/python -m pytest -q -n 0 tests/browser/test_main_job.py tests/browser/test_robot_group.py

lint: $(DEV_STAMP) ## ruff: style and format
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(DEV_STAMP) ## mypy, strict
	$(BIN)/mypy

arrows: $(DEV_STAMP) ## import-linter: the rooms' arrows point downwards
	$(BIN)/lint-imports

check: lint types arrows test ## everything CI checks

requirements: ## compile the pinned and hashed requirements anew (needs uv)
	uv pip compile pyproject.toml --extra build --generate-hashes --no-emit-index-url --no-header --no-annotate --python-version 3.11 -o requirements.txt
	uv pip compile pyproject.toml --extra build --extra dev --extra bench --generate-hashes --no-emit-index-url --no-header --no-annotate --python-version 3.11 -o requirements-dev.txt

clean: ## remove what was built
	rm -rf $(VENV) build *.egg-info .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
