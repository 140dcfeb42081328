# One command to start (make demo), one to test (make test). Needs Python 3.11+, git and make.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

# A distribution builds its Python with profile-guided optimisation, pyenv does not unless it is asked to: the tests take
# a fifth less CPU time on the former. PYTHON=python3 takes the first of the path all the same.
FITS := import sys, ensurepip, sqlite3, ssl, venv; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(or $(shell for each in /usr/bin/python3 python3; do "$$each" -c "$(FITS)" 2>/dev/null && echo "$$each" && break; done),python3)
BIN := .venv/bin
LOCKS := requirements-bootstrap.txt requirements-dev.txt
STAMP := .venv/.installed

# uv brings certificates of its own; a proxy's authority is known to the system.
export UV_SYSTEM_CERTS ?= 1

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

.PHONY: fmt
fmt: setup ## format and sort the Python; templates are kept by hand, for white space shows in them
	@$(BIN)/ruff check --quiet --fix-only .
	@$(BIN)/ruff format --quiet .

CHECKS := mypy ruff complexity imports templates bandit dependencies migrations

.PHONY: lint
lint: setup ## style, types, complexity, import order, templates, security, dependencies, migrations
	@$(MAKE) --jobs=2 --keep-going --no-print-directory $(CHECKS:%=lint-%)

.PHONY: $(CHECKS:%=lint-%)
lint-ruff:
	@echo "ruff"
	@$(BIN)/ruff check --quiet --output-format concise .
	@$(BIN)/ruff format --quiet --check .

lint-mypy:
	@echo "mypy"
	@$(BIN)/mypy --no-error-summary .

lint-complexity:
	@echo "complexity"
	@report=$$($(BIN)/complexipy --plain) || { echo "$$report"; exit 1; }

lint-imports:
	@echo "import order"
	@report=$$($(BIN)/lint-imports) || { echo "$$report"; exit 1; }

lint-templates:
	@echo "templates"
	@report=$$($(BIN)/djlint --quiet --lint templates 2>&1) || { echo "$$report"; exit 1; }

lint-bandit:
	@echo "bandit"
	@$(BIN)/bandit --quiet --recursive --configfile pyproject.toml .

lint-dependencies:
	@echo "dependencies"
	@report=$$($(BIN)/deptry . 2>&1) || { echo "$$report"; exit 1; }

lint-migrations:
	@echo "migrations"
	@report=$$($(BIN)/python -W ignore::RuntimeWarning manage.py makemigrations --check --dry-run 2>&1) \
		|| { echo "$$report"; exit 1; }

.PHONY: browser
browser:
	@missing=""; \
	command -v "$${CHROMIUM:-chromium}" >/dev/null || command -v chromium-browser google-chrome >/dev/null \
		|| missing="Chromium"; \
	fc-list 2>/dev/null | grep -qi "noto sans" || missing="$${missing:+$$missing and }the fonts"; \
	if [ -n "$$missing" ]; then \
		if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
			echo "Installing $$missing for the browser tests ..."; \
			{ apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
				chromium fontconfig fonts-dejavu-core fonts-noto-core; } >/dev/null 2>&1 \
				|| echo "Could not install $$missing: without Chromium the browser tests are skipped, without fonts some fail."; \
		else echo "$$missing not found, and only root on Debian can install it here: without Chromium the browser tests" \
			"are skipped, without the fonts that are measured (DejaVu, Noto) some may fail."; fi; fi

.PHONY: test
test: setup browser ## everything, browser tests included
	@echo "Preparing the tests' servers ..."
	@$(BIN)/python -m tests.databases start
	@status=0; $(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder \
		-p tests.slowest_files --slowest-files 10 $(TESTS) || status=$$?; \
		$(BIN)/python -m tests.databases stop; exit $$status

.PHONY: properties
properties: setup ## the properties with 3,000 examples each, other ones each time: some minutes
	@HYPOTHESIS_PROFILE=deep $(BIN)/python -m pytest -n 2 --dist load -m hypothesis $(TESTS)

.PHONY: replay
replay: setup ## recorded months planned again, without any server: what would customers be billed otherwise?
	@$(BIN)/python -m pytest tests/replay -q -n 0

.PHONY: dev
dev: setup ## web server, worker and beat in one terminal
	@$(BIN)/python manage.py services start
	@$(BIN)/python manage.py dev

SEEDS ?= 10
JOBS ?= 1
.PHONY: chaos
chaos: setup ## break the running product on purpose and count the damage; SEEDS=n JOBS=n RESUME=file, or REPLAY=seed
	@$(BIN)/python -m chaos --seeds $(SEEDS) --jobs $(JOBS) $(if $(REPLAY),--replay $(REPLAY) --verbose) $(if $(RESUME),--resume "$(RESUME)")

SEED ?= 1
DRAWN ?= 150
MINUTES ?= 60
.PHONY: mutants
mutants: setup ## change the code in many small ways and count what no test notices; ONLY=path JOBS=n SEED=n DRAWN=n MINUTES=n THOROUGH=1
	@$(BIN)/python -m tests.mutants --jobs $(JOBS) --seed $(SEED) --drawn $(DRAWN) --minutes $(MINUTES) $(if $(ONLY),--only $(ONLY)) $(if $(THOROUGH),--thorough)

.PHONY: demo
demo: setup ## a partner connected to imitated vendors, synced and shown; ONCE=1 stops after printing
	@$(BIN)/python -m sandbox.demo $(if $(ONCE),--once)

.PHONY: bench
bench: setup ## calls, time, memory and limit use as counts and ratios; BENCH="limit memory" for some parts
	@$(BIN)/python -m bench $(BENCH)

.PHONY: screenshots
screenshots: setup browser ## pictures of a running demo for the documentation; URL=what make demo printed
	@$(BIN)/python -m tests.screenshots $(URL)

.PHONY: seed-large
seed-large: setup ## a partner of 5,000 customers and 720,000 charges, of sample data, under var/large
	@$(BIN)/python -m bench.large

.PHONY: bench-pages
bench-pages: setup ## queries, server time and bytes of each screen on the large partner
	@$(BIN)/python -m bench.pages

.PHONY: rehearse
rehearse: setup ## install, back up, restore, rotate and upgrade for real; as root on Debian, ON="debian wheel"
	@$(BIN)/python -m rehearsal $(ON:%=--on %)
