# From nothing but python3 (3.11 or newer) and make:
#
#   make demo    a sample project, drawn here, in the app (without a terminal: built and checked)
#   make setup   .venv/bin/spyke-tui
#   make test    style, types, layers, tests
#   make bench   how fast, as ratios on this machine
#   make torture killed, starved and fed with nonsense, for an hour
#
# Each target sets up what it needs, once; the stamps are in .venv. To start over: rm -rf .venv

VENV    := .venv
BIN     := $(VENV)/bin
PIP     := $(BIN)/python -m pip --quiet --quiet --disable-pip-version-check --no-input
CODE    := spyke_tui tests

.PHONY: help setup demo test bench torture lint
.DEFAULT_GOAL := help

help:
	@sed -n '3,9s/^# \{0,3\}//p' Makefile

setup: $(VENV)/.installed

demo: setup
	@$(BIN)/spyke-tui demo

# pytest last: its summary is the last thing to be read.
test: lint $(VENV)/.system
	@$(BIN)/python -m pytest

lint: setup
	@$(BIN)/ruff check --quiet $(CODE)
	@$(BIN)/ruff format --quiet --check $(CODE)
	@$(BIN)/mypy --strict --no-error-summary
	@$(BIN)/lint-imports --no-logo > $(VENV)/layers.log || { cat $(VENV)/layers.log; exit 1; }

bench: setup
	@$(BIN)/python -m tests.bench

torture: setup
	@$(BIN)/python -m tests.torture

# The first Python that is new enough and can make virtual environments.
$(VENV)/.made:
	@for python in python3 python3.13 python3.12 python3.11; do \
	    if $$python -c 'import ensurepip, sys; sys.exit(sys.version_info < (3, 11))' 2> /dev/null; then \
	        $$python -m venv $(VENV) && touch $@ && exit 0; \
	        exit 1; \
	    fi; \
	done; \
	echo "spyke-tui needs Python 3.11 or newer with its venv module; found: $$(python3 --version 2>&1)." >&2; \
	echo "Install python3.11 (Debian, Ubuntu: also python3.11-venv; macOS: brew install python@3.13)." >&2; \
	exit 1

$(VENV)/.packages: $(VENV)/.made .ci/constraints.txt
	@echo "Installing what spyke-tui needs into $(VENV) (once)..."
	@$(PIP) install --require-hashes --requirement .ci/constraints.txt
	@touch $@

$(VENV)/.installed: $(VENV)/.packages pyproject.toml
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@$(BIN)/python -m compileall -q spyke_tui
	@touch $@

# Terminals and an SSH server to test in. Without them those tests are skipped.
$(VENV)/.system: $(VENV)/.made
	@PATH="$$PATH:/usr/sbin:/sbin"; missing=""; \
	for tool in tmux:tmux xterm:xterm Xvfb:xvfb sshd:openssh-server import:imagemagick; do \
	    command -v "$${tool%%:*}" > /dev/null || missing="$$missing $${tool#*:}"; \
	done; \
	if [ -z "$$missing" ]; then :; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get > /dev/null; then \
	    echo "Installing for the tests:$$missing"; \
	    { apt-get -qq update && DEBIAN_FRONTEND=noninteractive \
	        apt-get -qq install --yes --no-install-recommends $$missing; } > $(VENV)/system.log 2>&1 \
	        || echo "That failed (see $(VENV)/system.log): the tests that need them are skipped."; \
	else \
	    echo "Not installed, so the tests that need them are skipped:$$missing"; \
	fi
	@touch $@
