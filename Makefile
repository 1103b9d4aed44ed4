# Two commands matter: `make run` starts the system with the demo city, `make test` checks everything.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
export PATH := $(CURDIR)/$(BIN):$(PATH)
# An intranet has no internet: nothing here may phone home.
export DO_NOT_TRACK := 1
export PREFECT_SERVER_ANALYTICS_ENABLED := false

.PHONY: run test postgres check lint types imports lock docs clean demo faults bench

run: $(VENV)/.run            ## set up and start everything with the demo city
	$(BIN)/jiugai up --demo

test: check                  ## set up, check and test everything; migrations and copies on PostgreSQL too
	$(BIN)/python -m pytest -n 2 --dist loadfile

# Pages, commands and words are the same whatever is below them; this doubles the time, so it is a run of its own.
postgres: $(VENV)/.dev       ## what touches a database, on PostgreSQL
	JIUGAI_TEST_DATABASE=postgresql $(BIN)/python -m pytest -n 2 --dist loadfile \
	  tests/services tests/scenarios tests/flows tests/simulation tests/runtime

faults: $(VENV)/.dev         ## the long proofs: processes killed at random points, 10,000 alerts at once
	FAULTS=1 $(BIN)/python -m pytest -s tests/faults

bench: $(VENV)/.run          ## every benchmark, small: a few minutes; figures beside the goals
	$(BIN)/python -m benchmarks

check: $(VENV)/.dev lint types imports  ## what every commit passes
lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
types: $(VENV)/.dev
	$(BIN)/mypy
imports: $(VENV)/.dev
	$(BIN)/lint-imports

demo: $(VENV)/.run           ## build the demo city without starting the servers
	$(BIN)/jiugai demo

docs: $(VENV)/.run           ## write again what docs/ and README take from the code and the packs
	$(BIN)/jiugai docs

lock:                        ## resolve again; look at the difference before committing it
	$(BIN)/uv pip compile -q --python-version 3.11 --generate-hashes --no-header pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile -q --python-version 3.11 --generate-hashes --no-header --group dev pyproject.toml -o requirements-dev.lock
	grep -A200 '^uv==' requirements.lock | awk 'NR==1 || /^    --hash/ {print; next} {exit}' | sed '$$ s/ \\$$//' > requirements-uv.lock

$(BIN)/uv: requirements-uv.lock
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements-uv.lock
	touch $@

# The development set contains the running set: once it is there, `make run` leaves it alone.
$(VENV)/.run: $(BIN)/uv requirements.lock pyproject.toml
	if [ -f $(VENV)/.dev ]; then lock=requirements-dev.lock; else lock=requirements.lock; fi; \
	$(BIN)/uv pip sync -q --require-hashes --python $(BIN)/python $$lock
	$(BIN)/uv pip install -q --python $(BIN)/python --no-deps --no-build-isolation --offline -e .
	touch $@
$(VENV)/.dev: $(BIN)/uv requirements-dev.lock pyproject.toml
	$(BIN)/uv pip sync -q --require-hashes --python $(BIN)/python requirements-dev.lock
	$(BIN)/uv pip install -q --python $(BIN)/python --no-deps --no-build-isolation --offline -e .
	touch $(VENV)/.run $@

clean:                       ## forget the environment (the data in var/ stays)
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
