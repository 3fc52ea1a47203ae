# Everything a newcomer, a developer and CI need. `make demo` and `make test` set themselves up.
.DEFAULT_GOAL := help
.PHONY: help demo run test coverage check format bench soak mutate live clean

PYTHON ?= $(shell command -v python3.11 || command -v python3.12 || command -v python3.13 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
PIP := PIP_DISABLE_PIP_VERSION_CHECK=1 $(BIN)/pip install --constraint constraints.txt
DEMO_PORT ?= 8788
# Seconds for one test of the benchmarks and the soak, which take minutes by design.
LONG := 1800
# Many tests wait for processes and short timers, so four workers are faster than two, even on two cores.
WORKERS ?= 4
# Where no bytecode is kept, each worker and each process that a test starts compiles everything again, which takes seconds.
unexport PYTHONDONTWRITEBYTECODE

help:
	@echo "make demo     the whole studio in your browser, no account needed"
	@echo "make run      the real bot (needs .env, see .env.example)"
	@echo "make test     every test, on SQLite and on PostgreSQL"
	@echo "make coverage the same tests with branch coverage, at least 90 %"
	@echo "make check    lint, types, import rules and unused code"
	@echo "make bench    the benchmarks"
	@echo "make soak     the long tests: many crashes at random moments, fresh examples"
	@echo "make mutate   small deliberate faults, one at a time: does a test notice? (long)"
	@echo "make live     a handful of tests against the real Gemini (needs a key)"

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; set PYTHON=/path/to/python3.11."; exit 1; }
	$(PYTHON) -m venv $(VENV)

# One stamp per set of extras: an install is repeated only when the project's own files have changed.
$(VENV)/.run: pyproject.toml constraints.txt | $(BIN)/python
	$(PIP) --editable '.[cjk,postgres]'
	@touch $@
$(VENV)/.demo: pyproject.toml constraints.txt | $(BIN)/python
	$(PIP) --editable '.[cjk,demo]'
	@touch $@
$(VENV)/.dev: pyproject.toml constraints.txt | $(BIN)/python
	$(PIP) --editable '.[dev]'
	@touch $@

demo: $(VENV)/.demo
	@exec $(BIN)/python -m bot demo

run: $(VENV)/.run
	@exec $(BIN)/python -m bot

test: $(VENV)/.dev
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal --ignore tests/live

coverage: $(VENV)/.dev
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal --ignore tests/live --cov --cov-fail-under=90

check: $(VENV)/.dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/vulture

format: $(VENV)/.dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(VENV)/.dev
	$(BIN)/python -m pytest -n 0 -s --timeout $(LONG) -p no:cacheprovider tests/bench --override-ini 'python_files=bench_*.py'

soak: $(VENV)/.dev
	SOAK=1 $(BIN)/python -m pytest -n 2 --timeout $(LONG) -m "slow or hypothesis"
	STAGE_POSTGRES=1 $(BIN)/python -m pytest -n 2 tests/cogs

mutate: $(VENV)/.dev
	$(BIN)/python -m tests.mutation

live: $(VENV)/.dev
	$(BIN)/python -m pytest -n 0 -rs tests/live

clean:
	rm -rf $(VENV) build *.egg-info .mypy_cache .pytest_cache .ruff_cache .coverage*
