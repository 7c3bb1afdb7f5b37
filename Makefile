# What a developer runs. Needs Python 3.11 to 3.13 with pip and venv; everything else comes from the pinned requirements.

# The first of these that is new enough, unless PYTHON names another.
PYTHON ?= $(firstword $(foreach name,python3 python3.11 python3.12 python3.13,$(shell \
	$(name) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null && echo $(name))) python3)
BIN := .venv/bin
CLIENTS := tests/clients
PIP_INSTALL := -m pip install --quiet --disable-pip-version-check
# How many tests run at once; a module's tests stay together, for many share a service.
WORKERS ?= 2
PARALLEL = --numprocesses=$(WORKERS) --dist=loadfile
# Arguments for the test runner or the compiler of requirements: make test ARGS="-x tests/plan"
ARGS ?=

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup setup-dev run test test-clients test-slow lint format types bench histories requirements clean

help:  ## list these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "%-14s %s\n", $$1, $$2}' Makefile

setup: .venv/.setup  ## build .venv with the service and its command line, .venv/bin/congress

setup-dev: .venv/.setup-dev  ## the same, and what tests, types and lint need

run: setup  ## start the service with Quang Ninh 2020 as of 11/06/2020
	exec $(BIN)/python worker.py --launch quang-ninh-2020 --today 2020-06-11

test: setup-dev  ## run the tests that need nothing beyond .venv
	$(BIN)/pytest $(PARALLEL) -m "not slow and not clients" $(ARGS)

test-clients: setup-dev $(CLIENTS)/.venv/.setup $(CLIENTS)/node_modules/.setup  ## test with real calendar programs and a browser
	$(BIN)/pytest $(PARALLEL) -m clients $(ARGS)

test-slow: setup-dev  ## test kills, whole rehearsed years and changes of a live campaign: a quarter of an hour
	$(BIN)/pytest $(PARALLEL) -m slow $(ARGS)

lint: setup-dev  ## check style and formatting
	$(BIN)/ruff check
	$(BIN)/ruff format --check

format: setup-dev  ## repair what lint can repair
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

types: setup-dev  ## check types
	$(BIN)/mypy

bench: setup-dev  ## measure against the goals
	$(BIN)/python -m tests.benchmarks

histories: setup-dev  ## record the workflow histories that replay tests read
	$(BIN)/python -m tests.workflows.record_histories

requirements: build/pip-tools/.setup  ## recompile the pinned requirements (ARGS=--upgrade takes newer versions)
	$(call compile,requirements.txt,--build-deps-for editable pyproject.toml)
	$(call compile,requirements-dev.txt,--build-deps-for editable --extra dev --constraint requirements.txt pyproject.toml)
	$(call compile,$(CLIENTS)/requirements.txt,$(CLIENTS)/requirements.in)

clean:  ## remove what these targets built; the data folder stays
	rm -rf .venv build *.egg-info $(CLIENTS)/.venv $(CLIENTS)/node_modules
	rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(BIN)/python:
	$(PYTHON) -m venv .venv

.venv/.setup: requirements.txt pyproject.toml | $(BIN)/python
	$(BIN)/python $(PIP_INSTALL) --require-hashes --requirement requirements.txt
	$(BIN)/python $(PIP_INSTALL) --no-deps --no-build-isolation --editable .
	touch $@

.venv/.setup-dev: requirements-dev.txt .venv/.setup
	$(BIN)/python $(PIP_INSTALL) --require-hashes --requirement requirements-dev.txt
	touch $@

# Calendar programs pin other versions of what the service needs too, so they get an environment of their own.
$(CLIENTS)/.venv/.setup: $(CLIENTS)/requirements.txt
	$(PYTHON) -m venv $(CLIENTS)/.venv
	$(CLIENTS)/.venv/bin/python $(PIP_INSTALL) --require-hashes --requirement $<
	touch $@

# Without npm nothing is installed, and the tests say what is missing.
$(CLIENTS)/node_modules/.setup: $(CLIENTS)/package-lock.json
	if command -v npm >/dev/null; then npm ci --prefix $(CLIENTS) --silent && touch $@; fi

# With the oldest Python supported, so that nothing only it needs is left out.
build/pip-tools/.setup:
	python3.11 -m venv build/pip-tools
	build/pip-tools/bin/python $(PIP_INSTALL) pip-tools==7.6.2
	touch $@

# $(1) the file to write, $(2) what it is compiled from and how
define compile
CUSTOM_COMPILE_COMMAND="make requirements" build/pip-tools/bin/pip-compile --quiet --generate-hashes --strip-extras \
	--allow-unsafe --no-emit-index-url --no-emit-trusted-host --no-emit-find-links $(ARGS) --output-file $(1) $(2)
endef
