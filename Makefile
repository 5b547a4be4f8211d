# Two commands matter: `make demo` and `make test`. Each sets up by itself what it needs:
# a virtual environment, the packages, the native engine. The second time there is nothing to do.

SHELL := /bin/sh
.DEFAULT_GOAL := help

VENV := .venv
BIN := $(VENV)/bin
CRATE := rust/Cargo.toml
FUZZ_CRATE := rust/fuzz/Cargo.toml
CARGO := $(shell PATH="$$PATH:$$HOME/.cargo/bin" command -v cargo 2>/dev/null)
export PATH := $(PATH)$(if $(CARGO),:$(dir $(CARGO)))
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PYO3_PYTHON := $(CURDIR)/$(BIN)/python

# The engine that the tests must run on: where there is cargo, no silent fallback can pass.
ENGINE := $(or $(PR3DICT_CORE),$(if $(CARGO),native,reference))

# Fuzzing links libFuzzer, which is C++.
FUZZER := $(if $(CARGO),$(shell command -v c++ 2>/dev/null))
NO_FUZZER := fuzzing wants cargo and a C++ compiler named c++, and one of them is missing (Debian: g++)

# One stamp for each kind of set-up, so that cargo, once installed, is noticed.
READY := $(VENV)/.ready-$(if $(CARGO),native,reference)
SOURCES := pyproject.toml $(CRATE) $(wildcard rust/Cargo.lock rust/src/*.rs rust/src/*/*.rs)

CANDIDATES := $(PYTHON) python3 python3.14 python3.13 python3.12 python3.11 python
SUITABLE := import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))

PYTEST_ARGS ?=
BENCH_ARGS ?=
SOAK_ARGS ?=
PROVE_ARGS ?=
# Three targets side by side: about a minute of two cores.
FUZZ_SECONDS ?= 30

.PHONY: help demo test check lint types rust pytest bench picture build fmt soak prove fuzz clean

help: ## list these targets
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 17

demo: $(READY) ## a simulated venue, its feed and the monitor: no key, no network
	@$(BIN)/pr3dict demo

test: $(READY) peers pytest rust-test ## every test, Python and Rust

check: $(READY) lint types rust-lint peers pytest rust-test fuzz-a-while ## what must be green before a merge
	@echo "make check: all green"

bench: $(READY) ## every figure of the README, measured here
	@$(BIN)/python -m bench $(BENCH_ARGS)

picture: $(READY) ## paint the monitor for the README
	@$(BIN)/python -m pr3dict.monitor --picture docs/monitor.svg

build: $(BIN)/python ## build the native engine in place
	@test -n "$(CARGO)" || { echo "cargo is not installed: the native engine needs Rust 1.85 or newer" >&2; exit 2; }
	@$(CARGO) build --release --manifest-path $(CRATE)
	@rm -f $(READY)
	@$(MAKE) --no-print-directory $(READY)
	@$(BIN)/python -c 'from pr3dict.core import load; print("engine:", load("native").NAME)'

fmt: $(READY) ## format everything
	@$(BIN)/ruff check --quiet --fix-only .
	@$(BIN)/ruff format --quiet .
	@$(if $(CARGO),$(CARGO) fmt --manifest-path $(CRATE) && $(CARGO) fmt --manifest-path $(FUZZ_CRATE))

soak: $(READY) ## an hour of venues, sound and troubled (PR3DICT_SOAK_MINUTES=2: minutes each)
	@PR3DICT_CORE=$(ENGINE) $(BIN)/python -m pytest -s -m soak --timeout 1800 tests/soak tests/chaos $(SOAK_ARGS)

prove: $(READY) ## trials under faults, crashes, planted bugs, peers: writes docs/reliability.md
	@$(BIN)/python -m bench.prove $(PROVE_ARGS)

fuzz: $(READY) ## search the native engine for what breaks it, until Ctrl-C
	@$(if $(FUZZER),PYTHON=$(CURDIR)/$(BIN)/python rust/fuzz/run,echo "$(NO_FUZZER)" >&2; exit 2)

clean: ## remove what was built
	@rm -rf $(VENV) build rust/target rust/fuzz/target rust/fuzz/seeds src/*.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
	@rm -f src/pr3dict/core/_native*.so src/pr3dict/core/_native*.pyd .import_linter_cache
	@find src tests -name __pycache__ -type d -prune -exec rm -rf {} +

# -- the parts of test and check ------------------------------------------------------------------

.PHONY: peers rust-lint rust-test fuzz-a-while

lint: $(READY)
	@$(BIN)/ruff format --check --quiet . || { echo "not formatted: make fmt" >&2; exit 1; }
	@$(BIN)/ruff check --quiet .
	@$(BIN)/lint-imports --no-logo --no-cache

types: $(READY)
	@$(BIN)/mypy
	@$(if $(CARGO),MYPYPATH=src $(BIN)/python -m mypy.stubtest pr3dict.core._native)

pytest: $(READY)
	@echo "pytest on the $(ENGINE) engine"
	@PR3DICT_CORE=$(ENGINE) $(BIN)/python -m pytest $(PYTEST_ARGS)

# Other people's clients, for tests/peers: half a minute the first time, in an environment of their own.
peers: $(READY)
	@$(BIN)/python -m bench.peers.install

rust-lint: $(READY)
	@$(if $(CARGO),$(CARGO) fmt --manifest-path $(CRATE) --check && $(CARGO) fmt --manifest-path $(FUZZ_CRATE) --check)
	@$(if $(CARGO),$(CARGO) clippy --quiet --manifest-path $(CRATE) --all-targets -- -D warnings)

rust-test: $(READY)
	@$(if $(CARGO),$(CARGO) test --quiet --manifest-path $(CRATE) --no-default-features,echo "no cargo: the tests of rust/ are left out")

fuzz-a-while: $(READY)
	@$(if $(FUZZER),PYTHON=$(CURDIR)/$(BIN)/python rust/fuzz/run $(FUZZ_SECONDS),echo "THE NATIVE ENGINE IS NOT FUZZED: $(NO_FUZZER)")

# -- set-up ---------------------------------------------------------------------------------------

$(BIN)/python:
	@for p in $(CANDIDATES); do \
	  if $$p -c '$(SUITABLE)' >/dev/null 2>&1; then \
	    echo "making $(VENV) with $$($$p --version)"; exec $$p -m venv $(VENV); \
	  fi; \
	done; \
	echo "no Python >= 3.11 with venv was found: install it (Debian: python3-venv) or name it, make PYTHON=..." >&2; \
	exit 2

$(READY): $(BIN)/python $(SOURCES)
	@echo "installing the packages$(if $(CARGO), and building the native engine (a minute or two the first time))"
	@$(if $(CARGO),rm -f src/pr3dict/core/_native*.so) # or a failed build would go unnoticed
	@$(BIN)/python -m pip install --quiet -e '.[all,dev]'
	@$(if $(CARGO),$(BIN)/python -c 'import pr3dict.core._native' 2>/dev/null || \
	  echo "the native engine did not build (see: cargo build --release --manifest-path $(CRATE)); the reference engine serves",\
	  echo "no cargo here: the reference engine serves (plain Python, the same answers, slower)")
	@touch $@
