# Everything starts from Python 3.11 and make; the first target that needs it makes .venv.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV = .venv
BIN = $(VENV)/bin
export DJANGO_SETTINGS_MODULE = config.settings

.PHONY: demo test lint format bench crash clean

demo: $(VENV)/.installed ## Run the product with a demo shop; Ctrl-C ends it
	$(BIN)/python manage.py demo

test: $(VENV)/.installed-dev ## Run all tests (TESTS=tests/segments runs a part)
	$(BIN)/python -m pytest --numprocesses auto --no-loadscope-reorder $(or $(TESTS),tests)

lint: $(VENV)/.installed-dev ## Check style, layers, migrations, templates and doc links
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports
	$(BIN)/python manage.py makemigrations --check --dry-run
	$(BIN)/python manage.py check --fail-level WARNING
	$(BIN)/python -m tests.lint

bench: $(VENV)/.installed-dev ## Measure; writes var/bench.json (ONLY=onboarding measures a part)
	$(BIN)/python -m tests.benchmarks

crash: $(VENV)/.installed-dev ## Kill everything 100 times while 200,000 contacts move (PEOPLE, KILLS)
	$(BIN)/python -m tests.journeys.crash --people $(or $(PEOPLE),200000) --kills $(or $(KILLS),100)

format: $(VENV)/.installed-dev ## Put the code into the one style
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: $(VENV)/bin/python pyproject.toml constraints.txt
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable .
	touch $@

$(VENV)/.installed-dev: $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable ".[dev]"
	touch $@

clean: ## Remove the virtual environment and everything the demo kept
	rm -rf $(VENV) var
