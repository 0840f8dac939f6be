# Auyl Uni: everything that is run by hand or by a machine. `make help` lists it.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

PYTHON ?= python3
BIN := .venv/bin
HOST ?= 127.0.0.1
PORT ?= 8000
# One more than there are cores: a test often waits, for a database, a browser or a killed server.
WORKERS ?= $(shell echo $$(($$(nproc) + 1)))
export AUYL_KIND ?= demo
export AUYL_PUBLIC_URL ?= http://$(HOST):$(PORT)
FLASK := $(BIN)/flask --app wsgi

# WeasyPrint draws documents with Pango; the browser tests use Debian's Chromium.
LIBRARIES := libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 python3-venv
BROWSER := chromium chromium-headless-shell
# The counters that several workers share are tried on a real Redis.
REDIS := redis-server

define ensure_packages
missing=(); for package in $(1); do dpkg -s "$$package" >/dev/null 2>&1 || missing+=("$$package"); done; \
if [ $${#missing[@]} -gt 0 ]; then \
  if ! command -v apt-get >/dev/null; then echo "These system packages are needed (names of Debian and Ubuntu): $${missing[*]}"; exit 1; fi; \
  if [ "$$(id -u)" = 0 ]; then apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$${missing[@]}" >/dev/null; \
  elif sudo -n true 2>/dev/null; then sudo apt-get update -qq && sudo DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$${missing[@]}" >/dev/null; \
  else echo "Run this line once, then try again:  sudo apt-get install -y $${missing[*]}"; exit 1; fi; \
fi
endef

.PHONY: help setup run test check bench drill requirements clean
help: ## list the targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/'

setup: .venv/.ready ## prepare the system libraries and the virtual environment

.venv/.ready: requirements.txt
	@$(call ensure_packages,$(LIBRARIES))
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "Installing the pinned packages ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	@touch $@

.venv/.ready-test: requirements-test.txt .venv/.ready
	@$(call ensure_packages,$(LIBRARIES) $(BROWSER) $(REDIS))
	@echo "Installing the pinned packages of the tests ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-test.txt
	@touch $@

run: setup ## prepare everything, load the demonstration the first time, and serve on http://127.0.0.1:8000
	@$(FLASK) doctor migrate
	@$(FLASK) demo load --if-empty
	@$(FLASK) demo addresses
	@$(FLASK) urn mix --every 15 & mixer=$$!; trap 'kill $$mixer 2>/dev/null || true' EXIT; \
	  $(BIN)/granian --interface wsgi --factory wsgi:create_app --host $(HOST) --port $(PORT) \
	    --workers 1 --blocking-threads 4 --no-ws --log-level warning

test: .venv/.ready-test ## all tests, on SQLite and on a real PostgreSQL, and in Chromium
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder

check: .venv/.ready-test ## the quick part: style, house rules and translations
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/python -m core.catalogues check
	@$(BIN)/python -m pytest tests/house --database sqlite

bench: .venv/.ready-test ## measure speed side by side with references
	@for file in benchmarks/bench_*.py; do $(BIN)/python "$$file"; done

drill: .venv/.ready-test ## kill the server and the mixer a hundred times under load, on both databases, and count every answer
	@$(BIN)/python benchmarks/drill_kill.py

requirements: ## pin the versions anew from pyproject.toml (for developers)
	@$(BIN)/python -m pip install --quiet pip-tools
	@$(BIN)/pip-compile -q --generate-hashes --no-emit-index-url --no-emit-find-links --strip-extras -o requirements.txt pyproject.toml
	@$(BIN)/pip-compile -q --generate-hashes --no-emit-index-url --no-emit-find-links --strip-extras --extra test -c requirements.txt -o requirements-test.txt pyproject.toml

clean: ## remove what was made here, the demonstration's data included
	rm -rf .venv var .pytest_cache .hypothesis .ruff_cache
