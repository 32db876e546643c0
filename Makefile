# make demo | make test | make check: see README.md. Needs Python >= 3.11, git and make; fetches everything else.
PYTHON ?= python3
UV_VERSION := 0.13.9
UV := .bootstrap/bin/uv
KITH_SHARED ?= ../shared
export UV_PYTHON_DOWNLOADS := never
export UV_COMPILE_BYTECODE := 1
export KITH_SHARED
unexport VIRTUAL_ENV

.PHONY: setup demo test check lint types imports units lock bench eval golden record train clean help

help: ## what each target does
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /\1\t/' | expand -t 10

setup: .venv/.ready ## a working .venv/bin/kith with what the lock file says

$(UV):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Kithkeeper needs Python 3.11 or newer: make PYTHON=python3.12 ...")'
	$(PYTHON) -m venv .bootstrap
	.bootstrap/bin/pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)

.venv/.ready: $(UV) pyproject.toml uv.lock
	$(UV) sync --quiet --frozen --python .bootstrap/bin/python
	@touch $@

demo: setup ## the main job on the bundled sample network
	.venv/bin/kith demo

# The tests run against the built wheel, in an environment of its own, with nothing of this folder on sys.path.
.venv-test/.ready: $(UV) pyproject.toml uv.lock
	UV_PROJECT_ENVIRONMENT=.venv-test $(UV) sync --quiet --frozen --no-install-project --no-default-groups --group test --group train --python .bootstrap/bin/python
	@touch $@

test: .venv-test/.ready ## all tests, against the built wheel
	@rm -rf build/wheel
	$(UV) build --quiet --wheel --python .bootstrap/bin/python --out-dir build/wheel
	$(UV) pip install --quiet --python .venv-test/bin/python --no-deps --reinstall build/wheel/*.whl
	cd tests && ../.venv-test/bin/pytest -c ../pyproject.toml --rootdir .. -n auto . $(PYTEST_ARGS)

check: lint types imports lock units test ## everything that CI asks for

lint: setup ## ruff
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .

types: setup ## mypy --strict
	.venv/bin/mypy

imports: setup ## the rules of the house
	.venv/bin/lint-imports

lock: $(UV) ## uv.lock matches pyproject.toml
	$(UV) lock --check --quiet --python .bootstrap/bin/python

units: ## the unit files are valid and hardened
	systemd/verify

bench: setup ## the measurements of docs/benchmarks.md
	.venv/bin/python bench/run.py

eval: setup ## precision and recall of the acts, from the labelled development mails
	.venv/bin/python -m inference.acts.evaluate $(KITH_SHARED)/data/acts

train: setup ## rebuild the shipped weights from the labelled mails
	.venv/bin/python -m inference.acts.train $(KITH_SHARED)/data/acts

golden: setup ## accept the current output as the golden files
	cd tests && KITH_UPDATE_GOLDEN=1 ../.venv/bin/pytest -c ../pyproject.toml --rootdir .. -q golden

record: setup ## record the exchanges with Google anew, from an account of yours (docs/google.md)
	.venv/bin/python -m tests.services.google_recording

clean: ## remove what the targets above made
	rm -rf .venv .venv-test .bootstrap build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
