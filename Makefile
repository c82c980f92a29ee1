# Everything happens in .venv; a machine with Python >= 3.11 is all that is needed.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
STAMP := .venv/.fairlead-setup
SERVE_ARGS ?=
PYTEST_ARGS ?=

RAY_STAMP := .venv/.fairlead-setup-ray

.PHONY: help setup setup-ray demo test test-all test-cluster lint format proto bench bench-full serve clean

help: ## list what can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

setup: $(STAMP) ## create .venv and install Fairlead with its pinned dependencies

$(STAMP): pyproject.toml proto/pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -c 'import sys; sys.exit("Python 3.11 or newer is needed" if sys.version_info < (3, 11) else 0)'
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt hatchling editables
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt --no-build-isolation -e ./proto -e '.[dev,reference,plot]'
	touch $@

setup-ray: $(RAY_STAMP) ## add Ray to .venv, for `--cluster` and its tests

$(RAY_STAMP): $(STAMP)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt --no-build-isolation -e '.[ray]'
	touch $@

test-cluster: $(RAY_STAMP) ## what runs on a Ray cluster, on one of two nodes started for it: minutes
	$(BIN)/python -m pytest tests/cluster $(PYTEST_ARGS)

demo: $(STAMP) ## a real cycle through a real server: decision, binding constraints, one short line
	PATH="$(CURDIR)/$(BIN):$$PATH" scenarios/demo

test: $(STAMP) ## the tests that take minutes at most
	$(BIN)/python -m pytest -n 2 -m "not slow" $(PYTEST_ARGS)

test-all: $(STAMP) ## every test
	$(BIN)/python -m pytest -n 2 $(PYTEST_ARGS)

lint: $(STAMP) ## ruff, mypy --strict, buf lint and buf breaking
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python proto/check.py

format: $(STAMP) ## let ruff put the code in order
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

proto: $(STAMP) ## generate the stubs from proto/fairlead/v1/*.proto
	$(BIN)/python proto/generate.py

BENCH_OUT ?= out/bench

bench: $(STAMP) ## engines, phases, growth and a server under load, to out/bench: minutes
	mkdir -p $(BENCH_OUT)
	$(BIN)/fairlead bench --lines 1000,3000,10000 --time-limit 30 --workers 2 \
		--engines fairlead,service,highs,scip,cold_pass,codec --load 300 --load-seconds 20 \
		--json $(BENCH_OUT)/bench.json --plot $(BENCH_OUT)/bench.svg

bench-full: $(STAMP) ## the same up to a million lines, with every engine: hours
	mkdir -p $(BENCH_OUT)
	$(BIN)/fairlead bench --lines 1000,10000,50000,200000,1000000 --time-limit 1200 --workers 2 \
		--whole-up-to 200000 \
		--engines fairlead,service,highs,scip,cp_sat,pyomo,cold_pass,codec \
		--load 2000 --load-seconds 60 \
		--json $(BENCH_OUT)/bench-full.json --plot $(BENCH_OUT)/bench-full.svg

serve: $(STAMP) ## serve on 127.0.0.1:8585 (flags: SERVE_ARGS="--port 9000")
	$(BIN)/fairlead serve $(SERVE_ARGS)

clean: ## remove what was generated here, .venv too
	rm -rf .venv build dist out .pytest_cache .mypy_cache .ruff_cache .hypothesis
