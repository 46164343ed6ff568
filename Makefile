# Every target sets up what it needs: a virtual environment in .venv, with the versions and hashes of requirements/.
.DEFAULT_GOAL := help
.PHONY: help demo test test-long browser network-faults interrupts strength precision mutants fuzz bench bench-contract provider generate drift update lint types docs wheel wheels licences workflows release-check rest check check-all newest size requirements clean

PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready
CHECK_PYTHON = $(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; say which: make PYTHON=python3.12")'
PIP := -m pip install --quiet --disable-pip-version-check --no-deps
# The library and the checker are installed; the pipeline runs from its folder.
PIPELINE := PYTHONPATH=scripts $(BIN)/python -m pipeline
PAGES ?=
PRISM ?=
NAME ?=
PAGE ?=
ADDRESS ?=
PROVIDER ?=
UPDATE ?=
FAULTS ?=
SEEDS ?= 3
STRENGTH ?=
ONLY ?=
PRECISION ?=
FUZZ_SECONDS ?= 60
FUZZ_INPUT ?=
COUNT ?= 20000
SEED ?=
KEEP ?=
TAG ?=
SOURCES := $(shell find wrapper generated contract_tests/audience_contract -type f -not -name '*.pyc')

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

$(READY): requirements/dev.txt pyproject.toml contract_tests/pyproject.toml
	@$(CHECK_PYTHON)
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python $(PIP) -r requirements/dev.txt
	$(BIN)/python $(PIP) --no-build-isolation -e . -e contract_tests
	@touch $@

# What few targets need: a group of pyproject.toml, on top of the above.
.venv/.%: requirements/%.txt $(READY)
	$(BIN)/python $(PIP) -r $<
	@touch $@

# An environment of its own, without the project: small for the demo, and apart for tools whose packages would change what
# jsonschema does here.
build/%/.ready: requirements/%.txt
	@echo "Installing what this needs into $(@D), once."
	@$(CHECK_PYTHON)
	@$(PYTHON) -m venv $(@D)
	@$(@D)/bin/python $(PIP) -r $<
	@touch $@

demo: build/demo/.ready ## show the life of an audience, on a mock server
	@echo "Starting a mock server, and asking it with the command \`audiences\`."
	@PYTHONPATH=wrapper:generated:contract_tests build/demo/bin/python examples/demo.py

# Three at once on two cores: some tests wait. Some start processes, which would compile all they import anew where the
# environment says to write no bytecode, as that of a container often does.
test test-long: export PYTHONDONTWRITEBYTECODE :=
test: $(READY) ## run the test suite
	$(BIN)/pytest -n 3 --dist loadfile --no-loadscope-reorder

test-long: $(READY) ## what the suite leaves out, and the property tests with 40 times as many examples, random ones
	$(BIN)/pytest -m long -n 2 --dist loadfile --no-loadscope-reorder
	$(BIN)/pytest --hypothesis-profile=long contract_tests/test_requests.py contract_tests/test_answers.py contract_tests/test_judges.py

browser: .venv/.browser ## install Debian's Chromium, if there is no Chromium, and what drives it, for the tests of the HTML report (REQUIRE_BROWSER=1 makes them fail without)
	@command -v chromium chromium-browser google-chrome || { \
	  root=$$(test "$$(id -u)" = 0 || echo sudo); $$root apt-get update -q && $$root apt-get install -y -q --no-install-recommends chromium; }

network-faults: $(READY) ## what the library claims after each fault of a server that goes wrong (FAULTS='tls_*' plays some)
	PYTHONPATH=contract_tests $(BIN)/python -m faults $(FAULTS)

interrupts: $(READY) ## interrupt COUNT=20000 calls at random moments, and each verb at every line: the call after each must succeed (SEED=1)
	cd contract_tests && ../$(BIN)/python -m interrupting $(COUNT) $(SEED)

strength: $(READY) ## what the check of a server finds, beside `st run` (PROVIDER=batch FAULTS='name-*' SEEDS=1 STRENGTH=--ours)
	PYTHONPATH=contract_tests:scripts $(BIN)/python -m strength $(if $(PROVIDER),--provider $(PROVIDER)) --seeds $(SEEDS) $(STRENGTH) $(FAULTS)

precision: $(READY) build/precision/.ready ## what the check says of careful servers in several stacks, and of a mistake in each (ONLY=flask-batch, PRECISION='--publish NAME')
	@$(BIN)/python contract_tests/precision/run.py $(ONLY) $(PRECISION)

# The servers' packages, apart from those of the checker. A stack whose tool is not installed is left out, and said so.
build/precision/.ready: pyproject.toml contract_tests/precision/servers/package.json
	@mkdir -p build/precision
	$(PYTHON) -m venv build/precision/venv
	$(BIN)/uv pip install --quiet --python build/precision/venv/bin/python --group precision
	cp contract_tests/precision/servers/package.json build/precision/
	! command -v npm > /dev/null || npm install --prefix build/precision --no-package-lock --silent
	@touch $@

mutants: $(READY) ## every keyword of every spec changed, one at a time, and a check must notice (PROVIDER=batch, MUTANTS=--excepted)
	PYTHONPATH=contract_tests $(BIN)/python -m mutants $(if $(PROVIDER),--provider $(PROVIDER)) $(MUTANTS)

fuzz: .venv/.fuzz ## look for an answer that the library is wrong about (FUZZ_SECONDS=60; FUZZ_INPUT=file plays one again)
	FUZZ_SECONDS=$(FUZZ_SECONDS) PYTHONPATH=contract_tests $(BIN)/python -m fuzz $(FUZZ_INPUT)

bench: $(READY) ## CPU per call, beside plain httpx2
	$(BIN)/python benchmarks/calls.py
	$(BIN)/python benchmarks/calls.py --tls
	$(BIN)/python benchmarks/members.py

provider: $(READY) ## lay out the files of a new provider (NAME=Acme PAGE=its-page.md ADDRESS=where-that-was-found)
	$(PIPELINE) provider "$(NAME)" $(if $(PAGE),--page "$(PAGE)") $(if $(ADDRESS),--address "$(ADDRESS)")

bench-contract: $(READY) ## cases a second beside st run, start-up, and what the mock server answers (PRISM=url beside it)
	$(BIN)/audience-contract mock -- $(BIN)/python benchmarks/contract.py $(if $(PRISM),--prism $(PRISM))

generate: $(READY) ## write the typed clients from specs/ (PAGES=dir takes the specs out of downloaded pages first)
	$(PIPELINE) generate $(if $(PAGES),--pages $(PAGES))

drift: $(READY) ## prove that generated/ is what specs/ say; changes nothing
	$(PIPELINE) drift $(if $(PAGES),--pages $(PAGES))

# make has one exit code for every failure: 0 to 30 of the command are successes here, and the class is in the report.
update: $(READY) ## fetch the providers' pages and bring the tree to what they say today (PROVIDER=batch: one of them)
	@$(PIPELINE) update $(PROVIDER) --report build/update $(UPDATE); \
	  code=$$?; case $$code in 0|10|20|30) ;; *) exit $$code ;; esac

lint: $(READY) ## style, who may import whom, and whether what is imported is declared
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/lint-imports
	$(BIN)/deptry wrapper generated
	$(BIN)/deptry contract_tests/audience_contract --config contract_tests/pyproject.toml
	$(BIN)/deptry contract_tests scripts examples benchmarks --ignore DEP002,DEP003,DEP004

types: .venv/.types .venv/.browser ## mypy --strict and pyright
	$(BIN)/mypy
	$(BIN)/pyright

docs: .venv/.docs ## build the documentation into build/docs; a broken link within it is an error
	PYTHONPATH=scripts $(BIN)/python -m sphinx -q -W --keep-going -j auto -d build/doctrees docs build/docs
	@echo "build/docs/index.html"

wheel: dist/.built ## build the wheels and the sdists of both packages into dist/

dist/.built: $(READY) $(SOURCES) README.md LICENSE NOTICE pyproject.toml contract_tests/pyproject.toml
	@rm -rf dist
	$(BIN)/python -m hatchling build -d dist
	cd contract_tests && ../$(BIN)/python -m hatchling build -d ../dist
	@touch $@

wheels: wheel .venv/.types ## try the built wheels, with the source gone
	$(BIN)/python scripts/check_wheel.py

licences: $(READY) build/release/.ready ## the licences of what the two packages bring, which must be allowed ones, and an SBOM of each in build/sbom
	$(BIN)/python scripts/licences.py

workflows: build/release/.ready ## lint the workflows and the action
	build/release/bin/zizmor --quiet --offline --persona regular .github action.yml

release-check: $(READY) ## whether the tree can be released as TAG=v1.2.3
	$(BIN)/python scripts/check_release.py $(TAG)

rest: lint workflows types drift docs wheels # what `check` does beside `test`

check: test rest ## everything that CI checks

check-all: $(READY) ## the suite on each Python from 3.11 to 3.14 that is here, and with the lowest allowed and the newest versions
	$(BIN)/python scripts/check_all.py

newest: $(READY) ## the suite with the newest versions that users get, which the generator's bounds hold back here
	$(BIN)/python scripts/check_all.py newest

size: ## code lines by root, without blanks, comments and docstrings
	@$(PYTHON) scripts/size.py

requirements: $(READY) ## write requirements/ anew, with the newest versions (KEEP=1: with those that are there)
	sh scripts/lock.sh $(if $(KEEP),,--upgrade)

clean: ## remove the environment and what was built
	rm -rf .venv build dist .hypothesis .mypy_cache .pytest_cache .ruff_cache .import_linter_cache
