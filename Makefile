# Everything that one does with this repository. `make` alone lists the verbs.

SHELL = /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
.SUFFIXES:

# Python 3.11 or newer that makes .venv; set it on the command line to choose one.
PYTHON =
# A file with an alert for `make demo`; without it the demo brings its own.
ALERT =
# What pytest gets: ARGS="-n 0 -x tests/unit/domain" for a closer look.
ARGS =
# Other engines for `make bench` to measure beside this project: floor,restate,celery,dbos.
PEERS =
# Processes that run tests side by side.
JOBS = 2

VENV = .venv
RUN = $(VENV)/bin/python
PIP = $(RUN) -m pip --disable-pip-version-check --no-input
UV_VERSION = 0.13.9

# Libraries that keep caches keep them here, where `make clean` finds them.
export MPLCONFIGDIR := $(CURDIR)/.cache/matplotlib
# Another environment's paths would mix its packages with ours.
unexport PYTHONPATH PYTHONHOME

.PHONY: help
help: ## list the verbs (this)
	@printf 'make VERB, where VERB is one of\n\n'
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/\1	\2/p' $(firstword $(MAKEFILE_LIST)) | \
		while IFS='	' read -r verb text; do printf '  %-10s %s\n' "$$verb" "$$text"; done

.PHONY: demo
demo: $(VENV)/.base ## show the whole system on one alert (ALERT=path for your own)
	@LLAMA_HOME="$(CURDIR)/.llama" $(VENV)/bin/llama demo $(if $(ALERT),--alert "$(ALERT)")

# --- checks -----------------------------------------------------------------------------------

# $(call part,NAME,COMMAND) runs one part of the checks and says how long it took.
define part
@echo '== $(1)'; begun=$$(date +%s); \
$(2) || { echo '== $(1) failed; `make $(1)` runs it alone'; exit 1; }; \
echo "== $(1) took $$(( $$(date +%s) - begun )) s"
endef

.PHONY: test
test: lint types arch published tests ## run every check: lint, types, arch, published schemas, tests

.PHONY: lint
lint: $(VENV)/.test ## style and formatting (ruff)
	$(call part,lint,$(RUN) -m ruff check . && $(RUN) -m ruff format --check .)

.PHONY: types
types: $(VENV)/.test ## types (pyright, strict)
	$(call part,types,$(RUN) -m pyright --warnings --project pyproject.toml)

.PHONY: arch
arch: $(VENV)/.test ## who may import whom (import-linter)
	$(call part,arch,$(VENV)/bin/lint-imports --no-cache --no-logo)

.PHONY: published
published: $(VENV)/.test ## compare the published schemas with the message classes
	$(call part,published,$(RUN) -m schemas.publish --check)

.PHONY: tests
tests: $(VENV)/.test ## only pytest (ARGS="..." for pytest, JOBS=0 for one process)
	$(call part,tests,$(RUN) -m pytest -n $(JOBS) --dist loadfile --no-loadscope-reorder $(ARGS))

# --- by hand ----------------------------------------------------------------------------------

.PHONY: schemas
schemas: $(VENV)/.test ## write the published schemas and examples anew
	@$(RUN) -m schemas.publish

.PHONY: kafka
kafka: $(VENV)/.test ## run Apache Kafka here until Ctrl-C (needs Java 17 and Maven)
	@$(RUN) -m tests.support.kafka run

.PHONY: psql
psql: $(VENV)/.base ## open the database of the system that runs in .llama
	@LLAMA_HOME="$(CURDIR)/.llama" $(RUN) -c '$(PSQL)'

PSQL = import os; \
from llama.embedded.postgres import wheel_programs; \
from llama.runtime.addresses import find_addresses; \
from llama.runtime.settings import read_settings; \
url = find_addresses(read_settings()).database_url; \
os.execv(wheel_programs() / "psql", ["psql", url])

.PHONY: bench
bench: $(VENV)/.test ## measure W1 to W5 (PEERS=restate,celery beside it; ARGS="--quick")
	@test -e benchmarks || { echo 'This checkout has no benchmarks/' >&2; exit 1; }
	@$(RUN) -m benchmarks.compare $(if $(PEERS),--peers $(PEERS)) $(ARGS)

.PHONY: clean
clean: ## stop what still runs here, and remove all that demo and tests made
	@if [ -d .llama ] && [ -x $(VENV)/bin/llama ]; then \
		LLAMA_HOME="$(CURDIR)/.llama" $(VENV)/bin/llama down || echo "make clean goes on all the same" >&2; fi
	rm -rf .llama .cache $(VENV) .hypothesis .pytest_cache .ruff_cache .import_linter_cache
	rm -rf build dist *.egg-info
	@find . -name .git -prune -o -name __pycache__ -type d -prune -exec rm -rf {} +

# --- the environment --------------------------------------------------------------------------

# Made once. A checkout that was moved makes it anew: its scripts name the old place.
$(VENV)/.place: FORCE
	@$(HAS_VENV) && exit 0; \
	$(FIND_PYTHON); \
	echo "Making $(VENV) with $$($$python --version)"; \
	rm -rf $(VENV); "$$python" -m venv $(VENV) && pwd > $@

define HAS_VENV
{ test -f $(VENV)/.place || ! $(RUN) -m pip --version >/dev/null 2>&1 || pwd > $(VENV)/.place; \
test "$$(cat $(VENV)/.place 2>/dev/null)" = "$$(pwd)" && $(RUN) -c '$(RECENT)' 2>/dev/null; }
endef

RECENT = import sys; sys.exit(sys.version_info < (3, 11))

define FIND_PYTHON
for python in $(if $(PYTHON),"$(PYTHON)",python3 python3.13 python3.12 python3.11 python3.14 python); do \
	if "$$python" -c '$(RECENT)' 2>/dev/null; then break; fi; python=; \
done; \
if [ -z "$$python" ]; then \
	echo 'No Python 3.11 or newer $(if $(PYTHON),at $(PYTHON),on PATH): install one, or name it: make PYTHON=/path/to/python3' >&2; \
	exit 1; \
fi; \
if ! "$$python" -c 'import ensurepip, venv' 2>/dev/null; then \
	echo "$$python cannot make virtual environments: install its venv package (Debian: python3-venv)" >&2; \
	exit 1; \
fi
endef

# $(call install,LIST): the pinned packages of a list, and this project itself.
define install
@echo 'Installing the packages of requirements/$(1).txt (a minute or two the first time)'
@{ $(PIP) install --require-hashes -r requirements/$(1).txt -r requirements/build.txt 2>&1; \
	echo "pip: exit status $$?"; } | tee $(VENV)/pip.log | { n=0; while read -r verb what rest; do \
	case "$$verb" in \
		Collecting) n=$$((n + 1)); echo "  $$n $$what";; \
		Installing) echo '  unpacking';; \
	esac; done; }; \
	tail -n 1 $(VENV)/pip.log | grep -qx 'pip: exit status 0' || { tail -n 20 $(VENV)/pip.log; exit 1; }
@$(PIP) install --quiet --no-index --no-deps --no-build-isolation --editable .
@touch $@
endef

$(VENV)/.base: $(VENV)/.place requirements/base.txt requirements/build.txt pyproject.toml
	$(call install,base)

$(VENV)/.test: $(VENV)/.place requirements/test.txt requirements/build.txt pyproject.toml
	$(call install,test)
	@touch $(VENV)/.base

.PHONY: FORCE
FORCE:

.PHONY: lock
lock: $(VENV)/.place ## pin the requirements anew (LOCK=--upgrade for newer ones)
	@test -x .cache/uv/bin/uv || { $(RUN) -m venv .cache/uv && .cache/uv/bin/python -m pip install \
		--quiet --disable-pip-version-check uv==$(UV_VERSION); }
	$(COMPILE) --output-file requirements/test.txt --extra test pyproject.toml
	$(COMPILE) --output-file requirements/base.txt --constraint requirements/test.txt pyproject.toml
	echo 'setuptools>=77' | $(COMPILE) --output-file requirements/build.txt -

LOCK =
COMPILE = .cache/uv/bin/uv pip compile --quiet $(LOCK) --universal --python-version 3.11 \
	--generate-hashes --no-emit-index-url --no-emit-find-links --no-header --no-annotate
