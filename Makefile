# Two commands matter: `make serve` and `make test`. `make help` lists the rest.

PYTHON ?= python3.11
VENV ?= .venv
BIN := $(VENV)/bin
# On machines where pip would take PyTorch's CUDA build: TORCH_INDEX=https://download.pytorch.org/whl/cpu
TORCH_INDEX ?=
PIP_INSTALL := $(BIN)/pip install --quiet --constraint constraints.txt $(if $(TORCH_INDEX),--extra-index-url $(TORCH_INDEX))
STAMP := $(VENV)/.installed
DEV_STAMP := $(VENV)/.installed-dev

.DEFAULT_GOAL := help
.PHONY: help install install-dev index serve test check evals bench clean

help: ## Say what can be made
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

install: $(STAMP) ## Create .venv and install what serving needs, pinned

install-dev: $(DEV_STAMP) ## The same, and what tests need

index: $(STAMP) ## Build the edition where it is missing or stale
	$(BIN)/dbarch ingest

serve: index ## Install, build the edition, serve on 127.0.0.1:8080
	$(BIN)/dbarch serve

test: check ## All that CI runs: check, tests with coverage, the entries, the evals
	$(BIN)/python -m pytest -n logical --maxprocesses 4 --dist loadfile --cov --cov-report=term
	$(BIN)/dbarch kb check
	$(MAKE) --no-print-directory evals

check: $(DEV_STAMP) ## Format, lint, types, import contracts, sizes
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/mypy tests
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -q tests/test_sizes.py

evals: $(DEV_STAMP) index ## Ask every case, score the answers, compare with the committed baseline
	$(BIN)/dbarch eval run

bench: $(DEV_STAMP) index ## Measure: warm p50 and p95, the bare embedding, a cold start, memory
	$(BIN)/python -m evals.bench

clean: ## Remove caches; the environment and the editions stay
	rm -rf .pytest_cache .mypy_cache .ruff_cache .import_linter_cache build dist *.egg-info

$(BIN)/pip:
	$(PYTHON) -m venv $(VENV)

$(STAMP): $(BIN)/pip pyproject.toml constraints.txt
	$(PIP_INSTALL) --editable .
	@touch $@

$(DEV_STAMP): $(STAMP)
	$(PIP_INSTALL) --editable '.[dev]'
	@touch $@
