# One command to start (make demo), one to test (make test). Needs Python 3.11+, git and make.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

PYTHON ?= python3
BIN := .venv/bin
LOCKS := requirements-bootstrap.txt requirements-dev.txt
STAMP := .venv/.installed

.PHONY: help
help:
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: setup
setup: $(STAMP) ## build the environment in .venv; starts nothing

$(STAMP): $(LOCKS)
	@echo "Building .venv from the locked requirements ..."
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; name one with PYTHON=...")'
	@test -x $(BIN)/python || "$(PYTHON)" -m venv .venv
	@test -x $(BIN)/uv || $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-bootstrap.txt
	@echo "Installing $$(grep -c '==' requirements-dev.txt) packages ..."
	@$(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python --require-hashes -r requirements-dev.txt \
		|| { echo "The fast installer could not do it; trying pip ..."; \
		     $(BIN)/python -m pip install --disable-pip-version-check --require-hashes -r requirements-dev.txt; }
	@touch $@
	@echo "Ready: $(BIN)/python"

.PHONY: lock
lock: setup ## resolve the *.in files anew into hashed lock files
	@for name in requirements-bootstrap requirements requirements-dev; do \
		$(BIN)/uv pip compile --quiet --generate-hashes --universal --python-version 3.11 \
			--no-emit-index-url --no-header $(LOCK_OPTIONS) $$name.in -o $$name.txt; done
