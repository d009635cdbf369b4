# `make run` shows syncd at work; `make test` runs the whole suite. Both set .venv up first, from
# nothing; a second time that takes no time.

VENV := .venv
BIN := $(VENV)/bin
# Also what builds the project, in pip's own environment for it, is pinned.
PIP := PIP_CONSTRAINT=constraints.txt PIP_BUILD_CONSTRAINT=constraints.txt \
	PIP_DISABLE_PIP_VERSION_CHECK=1 $(BIN)/python -m pip install --quiet
PINNED := pyproject.toml constraints.txt

export PYTHON
# The tests start syncd hundreds of times: it is compiled once.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help run test test-container test-long proof soak bench lint clean
.DELETE_ON_ERROR:

help:
	@echo "make run             see syncd at work: a calendar server, sample people, two syncs; Ctrl-C ends it"
	@echo "make test            all tests but test-container"
	@echo "make test-container  the image, built and run: its size, its life, what goes wrong; as root, on Debian"
	@echo "make test-long       the suite for a night: whole years, more seeds, more examples"
	@echo "make proof           the laws under whatever may happen, be killed or be read, MINUTES=10 at each campaign"
	@echo "make soak            a year of the daemon on a server that stops, stalls and is wiped: 10,000 ticks"
	@echo "make bench           what syncd costs, beside what the least would be that it could cost"
	@echo "make lint            style, types and the fences between the layers"
	@echo "make clean           take away what these made"

run: $(VENV)/.demo
	@$(BIN)/syncd demo

test: $(VENV)/.dev
	@$(BIN)/python -m pytest -n auto --dist worksteal

# By itself, so that the image is built once. What is measured comes first, with nothing beside it;
# what goes wrong waits for the next poll most of the time, all of it at once.
test-container: $(VENV)/.dev
	@$(BIN)/python -m pytest -m container tests/container/test_image.py tests/container/test_life.py
	@$(BIN)/python -m pytest -m container -n 4 tests/container/test_trouble.py

test-long: export SYNCD_LONG := 1
test-long: test

# Others at every run; SYNCD_SEED begins where the run began that printed it.
proof: export SYNCD_PROOF := $(or $(MINUTES),$(SYNCD_PROOF),10)
proof: $(VENV)/.dev
	@$(BIN)/python -m pytest -n 0 -s tests/proof tests/kills tests/fuzz

# In one process, so that its memory can be watched; it says what it saw.
soak: export SYNCD_SOAK := 10000
soak: $(VENV)/.dev
	@$(BIN)/python -m pytest -s tests/soak

bench: $(VENV)/.bench
	@$(BIN)/python -m benchmarks

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

clean:
	rm -rf $(VENV) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache

$(VENV)/.demo: $(PINNED)
	@.ci/venv $(VENV)
	@echo "Installing syncd into $(VENV); the first time takes a minute."
	@$(PIP) --editable .
	@touch $@

# What the tests need includes what the demo needs.
$(VENV)/.dev: $(PINNED)
	@.ci/venv $(VENV)
	@echo "Installing syncd and its test tools into $(VENV); the first time takes a minute."
	@$(PIP) --editable ".[dev]"
	@touch $@ $(VENV)/.demo

# vdirsyncer has an environment of its own: it is only measured.
$(VENV)/.bench: $(VENV)/.dev benchmarks/constraints.txt
	@.ci/venv $(VENV)/bench
	@PIP_DISABLE_PIP_VERSION_CHECK=1 $(VENV)/bench/bin/python -m pip install --quiet \
		--constraint benchmarks/constraints.txt vdirsyncer
	@touch $@
