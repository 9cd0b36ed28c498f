# Needs Python 3.11 or later with venv, and make. Everything else is installed into .venv.
VENV := .venv
PY := $(VENV)/bin/python
STAMP := $(VENV)/installed
UV_VERSION := 0.13.9
export UV_PYTHON_DOWNLOADS := never
export VIRTUAL_ENV := $(CURDIR)/$(VENV)

.PHONY: setup demo test isolation lint types lock clean

setup: $(STAMP)
	@:

# uv does not read pip's configuration, so what pip was told about where packages come from is handed on.
$(STAMP): requirements-dev.lock
	@suits='import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))'; \
	if ! $(PY) -c "$$suits" 2>/dev/null; then \
	    for found in $(PYTHON) python3 python3.14 python3.13 python3.12 python3.11 none; do \
	        "$$found" -c "$$suits" 2>/dev/null && break; \
	    done; \
	    if [ "$$found" = none ]; then \
	        echo "Install Python 3.11 or later with its venv module (on Debian and Ubuntu: python3 and python3-venv), then run make again." >&2; \
	        exit 1; \
	    fi; \
	    "$$found" -m venv --clear $(VENV) || exit 1; \
	fi; \
	$(PY) -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION) || exit 1; \
	told=$$($(PY) -m pip config list); \
	pip_says() { printf '%s\n' "$$told" | sed -n "s/^[^=]*\.$$1='\(.*\)'$$/\1/p" | head -n 1 | sed 's/\\n/ /g'; }; \
	give() { if [ -n "$$2" ]; then eval "export $$1=\"\$${$$1:-\$$2}\""; fi; }; \
	give UV_DEFAULT_INDEX "$$(pip_says index-url)"; \
	give UV_INDEX "$$(pip_says extra-index-url)"; \
	give UV_FIND_LINKS "$$(pip_says find-links | tr ' ' ',')"; \
	give UV_NO_INDEX "$$(pip_says no-index)"; \
	give UV_INSECURE_HOST "$$(pip_says trusted-host)"; \
	give SSL_CERT_FILE "$$(pip_says cert)"; \
	UV_INDEX_STRATEGY=unsafe-best-match $(PY) -m uv pip sync --quiet --require-hashes requirements-dev.lock
	@touch $@

demo: setup
	@$(PY) manage.py demo

# What starts a whole installation is left to .ci/run (`pytest -m whole`). Two processes, each with a database of its own: more take longer on two cores.
test: setup lint types
	$(PY) -m pytest -n 2 --dist worksteal

# The whole proof that nothing leaks, of which `make test` has a sample; it ends in one line of figures, or fails.
isolation: setup
	$(PY) -m pytest tests/isolation -m "" --isolation -vv -n 2 --dist worksteal

lint: setup
	$(PY) -m ruff check --quiet .
	$(PY) -m ruff format --check --quiet .
	$(PY) -c "from importlinter.cli import lint_imports_command; lint_imports_command()" --no-logo
	$(PY) manage.py makemigrations --check --dry-run
	$(VENV)/bin/hadolint docker/Dockerfile
	$(VENV)/bin/check-jsonschema --quiet --builtin-schema vendor.compose-spec docker/compose.yaml

types: setup
	$(PY) -m mypy .

lock: setup
	$(PY) -m uv pip compile --quiet --generate-hashes --no-emit-index-url --python-version 3.11 \
	    --custom-compile-command "make lock" pyproject.toml --output-file requirements.lock
	$(PY) -m uv pip compile --quiet --generate-hashes --no-emit-index-url --python-version 3.11 --extra dev \
	    --custom-compile-command "make lock" pyproject.toml --output-file requirements-dev.lock

# The database and the keys in .throughline stay: they are data.
clean:
	rm -rf $(VENV) .throughline/test .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
