# Scorecard: `make run` and `make test` do all their own set-up. Needed: Python 3.11+, make, a package index.
PORT ?= 8501
BIN := .venv/bin
CODE := data_checks metrics dashboard pages

# The first interpreter that is new enough and can make a virtual environment; asked only when one is made.
CANDIDATES := python3.11 python3.12 python3.13 python3 python
PYTHON ?= $(shell for p in $(CANDIDATES); do \
  "$$p" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && echo "$$p" && break; done)

# Pins hold for what builds the project too: newer pips read the second name, older ones the first.
export PIP_CONSTRAINT := constraints.txt
export PIP_BUILD_CONSTRAINT := constraints.txt
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help
.PHONY: help run test tour fuzz torture bench bench-screen check docs browser clean
.DELETE_ON_ERROR:

help: ## this list
	@awk -F':.*## ' '/^[a-z-]+:.*## / {printf "make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: .venv/.runtime ## demo workspace, load, dashboard at http://127.0.0.1:8501 (PORT=…)
	@test -e demo/workspace.yaml || $(BIN)/scorecard demo demo
	@$(BIN)/scorecard load -w demo
	@exec $(BIN)/scorecard serve -w demo --port $(PORT)

test: check browser ## formatting, types, then every test, a real browser among them
	@test -n "$$SCORECARD_DATA" || echo "SCORECARD_DATA is not set: the tests on real data are left out."
	@$(BIN)/python -m tests.postgres | grep -q or || echo "No PostgreSQL server is installed (Debian: postgresql): the tests that start one are left out."
	@CHROMIUM="$$(cat .venv/.chromium)" $(BIN)/pytest -n auto -m "$$($(BIN)/python -m tests.postgres) and $$($(BIN)/python -m tests.cdnow)$(if $(SCORECARD_DATA),, and not real_data)"

fuzz: .venv/.dev ## thousands of hostile files and formulas, for a night (test shows some of them)
	@SCORECARD_FUZZ=fuzz $(BIN)/pytest -n auto --hypothesis-show-statistics tests/test_fuzz.py tests/test_fuzz_files.py

check: .venv/.dev ## formatting, lint and types only
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy

tour: browser ## the pictures of docs/tour.md, made anew by walking it
	@CHROMIUM="$$(cat .venv/.chromium)" $(BIN)/pytest -q tests/test_tour.py -k "well or late or metric"
	@mkdir -p docs/tour && cp test-results/tour/*.png docs/tour/

docs: .venv/.dev ## docs/contracts.md, written from the contracts
	@$(BIN)/python -m tests.contracts_page

browser: .venv/.dev
	@$(BIN)/python -m tests.browser > .venv/.chromium

torture: .venv/.dev ## 200 loads killed at random moments while a reader looks on; some ten minutes
	@$(BIN)/python -m tests.torture

bench: .venv/.dev ## what answers cost beside hand-written SQL (SCORECARD_BENCH names its folder, SCALE its size)
	@$(BIN)/python -m tests.benchmarks.bench

bench-screen: .venv/.dev ## what the dashboard costs, seen by one reader and by fifty (SCORECARD_BENCH adds 5 M orders)
	@$(BIN)/python -m tests.benchmarks.bench_screen

clean: ## remove what make made: .venv, the demo, caches
	rm -rf .venv .bench demo build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find $(CODE) tests -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/.made:
	@test -n "$(PYTHON)" || { echo "Scorecard needs Python 3.11 or newer with its venv module; install it, or say where it is: make PYTHON=/path/to/python3.11" >&2; exit 1; }
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "$(PYTHON) is no Python 3.11 or newer; name one that is: make PYTHON=/path/to/python3.11" >&2; exit 1; }
	@echo "Making the virtual environment .venv …"
	@"$(PYTHON)" -m venv .venv || { echo "The virtual environment could not be made; remove .venv and try again." >&2; exit 1; }
	@touch $@

# The stamps make the second call instant; the development set holds the runtime set.
.venv/.runtime: pyproject.toml constraints.txt | .venv/.made
	@echo "Installing the pinned dependencies …"
	@$(BIN)/python -m pip install --quiet -e .
	@$(BIN)/python -m compileall -q $(CODE)
	@touch $@

.venv/.dev: pyproject.toml constraints.txt | .venv/.made
	@echo "Installing the pinned dependencies and the tools for the tests …"
	@$(BIN)/python -m pip install --quiet -e '.[dev]'
	@$(BIN)/python -m compileall -q $(CODE)
	@touch .venv/.runtime $@
