# Everything a person or a CI machine does with this checkout. `make help` lists the targets.
# Needs only make and Python 3.11; what `make check` needs besides is installed by .ci/run.
.DEFAULT_GOAL := help
.PHONY: help run setup test check lint format types templates imports migrations-check docs-check \
	check-services slow-tests messages seed reindex handbook-pictures screenshots bench bench-pages docs clean

BOOT := sh deploy/boot.sh
PY := .venv/bin/python
BIN := .venv/bin
# Passed on only when given, so that the defaults live in one place.
export PORT HOST DATA_DIR PYTHON
TESTS ?= tests
# What takes a browser or minutes runs in `make check`, so that `make test` is worth running before each commit.
MARKS ?= not slow and not browser

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-18s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ## set up, fill a demo city and start the whole site (PORT=8000, DATA_DIR=var)
	@$(BOOT) run

setup: ## make .venv and install everything for development
	@$(BOOT) dev

test: setup ## run the quick tests on the embedded engines (TESTS=path for some of them, MARKS= for all)
	@$(PY) -m pytest -n auto --maxprocesses 8 -m "$(MARKS)" $(TESTS)

check: lint types templates imports migrations-check docs-check check-services ## every check, then the tests on real services

lint: setup ## format and lint the Python code
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .

format: setup ## write the format that `make lint` asks for
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

types: setup ## check the types
	@$(BIN)/mypy

templates: setup ## lint the templates
	@$(BIN)/djlint --lint --quiet portal cms suggestions

imports: setup ## check that imports flow one way
	@$(BIN)/lint-imports

migrations-check: setup ## fail when a model changed without its migration
	@DJANGO_SETTINGS_MODULE=portal.settings.test $(PY) manage.py makemigrations --check --dry-run

docs-check: setup ## fail when a generated document is out of date
	@DJANGO_SETTINGS_MODULE=portal.settings.test $(PY) manage.py states_doc --check

docs: setup ## write the generated documents again (docs/states.md)
	@DJANGO_SETTINGS_MODULE=portal.settings.test $(PY) manage.py states_doc

check-services: setup ## the tests on real PostgreSQL, Redis and Elasticsearch; a skipped test is a failure
	@STRICT_SERVICES=1 $(PY) -m tests.services -- $(PY) -m pytest -n 2 $(TESTS)

slow-tests: setup ## time every test and write the list of those that `make test` leaves to `make check`
	@NOTE_SLOW=1 $(PY) -m pytest -n auto --maxprocesses 8 -m "not browser" $(TESTS)

messages: setup ## add the public texts that have no English to the catalogue and compile it (needs gettext)
	@$(PY) manage.py english

seed: setup ## fill the database with the demo city
	@$(PY) manage.py migrate --verbosity 0 && $(PY) manage.py seed_demo

reindex: setup ## build the search index anew
	@$(PY) manage.py reindex

handbook-pictures: setup ## take the handbook's pictures from a running demo city (URL=http://127.0.0.1:8000)
	@$(PY) docs/pictures.py $(or $(URL),http://127.0.0.1:8000)

screenshots: setup ## take the gallery of all pages from a running demo city (URL=http://127.0.0.1:8000)
	@$(PY) docs/screens.py $(or $(URL),http://127.0.0.1:8000)

bench-pages: setup ## weigh each type of page in a slow Chromium (URL=http://127.0.0.1:8000)
	@$(PY) -m bench.pages $(or $(URL),http://127.0.0.1:8000)

bench: setup ## measure the site (see docs/performance.md)
	@$(PY) -m bench

clean: ## remove what tools left behind; keeps var/ and .venv
	@rm -rf .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache .coverage
	@find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +
