# Every target first sets up what it needs: a virtual environment in .venv, with the versions and hashes of requirements/.
.DEFAULT_GOAL := help
.PHONY: help demo test test-long browser network-faults interrupts strength precision mutants fuzz bench bench-contract provider generate drift update lint types docs wheel wheels licences workflows release-check rest check check-all lowest newest size requirements clean

PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready
CHECK_PYTHON = $(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; say which: make PYTHON=python3.12")'
PIP := -m pip install --quiet --disable-pip-version-check --no-deps
# The library and the checker are installed in the environment; the pipeline is not, and runs from its folder.
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
	@echo "Installing the project and what its development needs into .venv, which README's steps for users may have made."
	@$(CHECK_PYTHON)
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python $(PIP) -r requirements/dev.txt
	$(BIN)/python $(PIP) --no-build-isolation -e . -e contract_tests
	@touch $@

# What only a few targets need: a group of pyproject.toml, installed into the same environment.
.venv/.%: requirements/%.txt $(READY)
	$(BIN)/python $(PIP) -r $<
	@touch $@

# A separate environment, without the project: the demo's is small, and the release tools have packages that would change
# what jsonschema does in .venv.
build/%/.ready: requirements/%.txt
	@echo "Installing what this needs into $(@D), once."
	@$(CHECK_PYTHON)
	@$(PYTHON) -m venv $(@D)
	@$(@D)/bin/python $(PIP) -r $<
	@touch $@

demo: build/demo/.ready ## show the life of an audience on a mock server
	@echo "Starting a mock server, and asking it with the command \`audiences\`."
	@PYTHONPATH=wrapper:generated:contract_tests build/demo/bin/python examples/demo.py

# Three workers suit two cores, because some tests wait. Some tests start processes: these would compile every import anew
# if the environment forbids bytecode files, as containers often do, so that variable is emptied.
test test-long: export PYTHONDONTWRITEBYTECODE :=
test: $(READY) ## run the test suite
	$(BIN)/pytest -n 3 --dist loadfile --no-loadscope-reorder

test-long: $(READY) ## run the tests that the suite leaves out, and the property tests with 40 times as many examples, drawn at random
	$(BIN)/pytest -m long -n 2 --dist loadfile --no-loadscope-reorder
	$(BIN)/pytest -m "long or not long" --hypothesis-profile=long contract_tests/test_requests.py contract_tests/test_answers.py contract_tests/test_judges.py

browser: .venv/.browser ## install what the HTML report's tests need: a driver and, if there is none, Debian's Chromium (REQUIRE_BROWSER=1 makes these tests fail without it)
	@command -v chromium chromium-browser google-chrome || { \
	  root=$$(test "$$(id -u)" = 0 || echo sudo); $$root apt-get update -q && $$root apt-get install -y -q --no-install-recommends chromium; }

network-faults: $(READY) ## play network faults, and check what the library claims after each (FAULTS='tls_*' plays some of them)
	PYTHONPATH=contract_tests $(BIN)/python -m faults $(FAULTS)

interrupts: $(READY) ## interrupt COUNT=20000 calls at random moments (SEED=1), and each verb at every line; the next call must succeed
	cd contract_tests && ../$(BIN)/python -m interrupting $(COUNT) $(SEED)

strength: $(READY) ## count which faults the check of a server finds, and which `st run` finds (PROVIDER=batch FAULTS='name-*' SEEDS=1 STRENGTH=--ours)
	PYTHONPATH=contract_tests:scripts $(BIN)/python -m strength $(if $(PROVIDER),--provider $(PROVIDER)) --seeds $(SEEDS) $(STRENGTH) $(FAULTS)

precision: $(READY) build/precision/.ready ## score the check on careful servers in several stacks, and on realistic mistakes in them (ONLY=flask-batch, PRECISION='--publish NAME')
	@$(BIN)/python contract_tests/precision/run.py $(ONLY) $(PRECISION)

# The servers' packages have an environment apart from the checker's. Servers whose tools are not installed are skipped,
# with a message.
build/precision/.ready: pyproject.toml contract_tests/precision/servers/package.json
	@mkdir -p build/precision
	$(PYTHON) -m venv build/precision/venv
	$(BIN)/uv pip install --quiet --python build/precision/venv/bin/python --group precision
	cp contract_tests/precision/servers/package.json build/precision/
	! command -v npm > /dev/null || npm install --prefix build/precision --no-package-lock --silent
	@touch $@

mutants: $(READY) ## change every keyword of every spec, one at a time: a check must notice each change (PROVIDER=batch)
	$(BIN)/pytest contract_tests/test_mutants.py -m "long or not long" $(if $(PROVIDER),-k $(PROVIDER)-)

fuzz: .venv/.fuzz ## look for an answer that the library misreads (FUZZ_SECONDS=60; FUZZ_INPUT=file tries one input again)
	FUZZ_SECONDS=$(FUZZ_SECONDS) PYTHONPATH=contract_tests $(BIN)/python -m fuzz $(FUZZ_INPUT)

bench: $(READY) ## measure CPU time per call, beside plain httpx2, and per member, beside the generated client
	$(BIN)/python benchmarks/calls.py
	$(BIN)/python benchmarks/calls.py --tls
	$(BIN)/python benchmarks/members.py

provider: $(READY) ## lay out the files of a new provider (NAME=Acme PAGE=its-page.md ADDRESS=the-page's-URL, OPERATIONS="createList getList" OVERLAY=overlay.yaml)
	$(PIPELINE) provider "$(NAME)" $(if $(PAGE),--page "$(PAGE)") $(if $(ADDRESS),--address "$(ADDRESS)") \
	  $(foreach each,$(OPERATIONS),--operation "$(each)") $(if $(OVERLAY),--overlay "$(OVERLAY)")

bench-contract: $(READY) ## measure the check's cases a second beside `st run`, start-up times, and the mock server's requests a second (PRISM=url: Prism's, too)
	$(BIN)/audience-contract mock -- $(BIN)/python benchmarks/contract.py $(if $(PRISM),--prism $(PRISM))

generate: $(READY) ## generate the typed clients from specs/ (PAGES=dir takes the specs from downloaded pages first)
	$(PIPELINE) generate $(if $(PAGES),--pages $(PAGES))

drift: $(READY) ## check that generated/ is what specs/ generate; changes nothing
	$(PIPELINE) drift $(if $(PAGES),--pages $(PAGES))

# make has one exit code for every failure, so the command's 0, 10, 20 and 30 are successes here; the report tells which.
update: $(READY) ## fetch the providers' pages, and update specs and clients to them (PROVIDER=batch: one provider only)
	@$(PIPELINE) update $(PROVIDER) --report build/update $(UPDATE); \
	  code=$$?; case $$code in 0|10|20|30) ;; *) exit $$code ;; esac

lint: $(READY) ## check style, import rules, and that every import is a declared dependency
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/lint-imports
	$(BIN)/deptry wrapper generated
	$(BIN)/deptry contract_tests/audience_contract --config contract_tests/pyproject.toml
	$(BIN)/deptry contract_tests scripts examples benchmarks --ignore DEP002,DEP003,DEP004

types: .venv/.types .venv/.browser ## check types with mypy --strict and pyright
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

wheels: wheel .venv/.types ## build the wheels, and try them without the source
	$(BIN)/python scripts/check_wheel.py

licences: $(READY) build/release/.ready ## check that the licences of both packages' dependencies are allowed, and write an SBOM of each package to build/sbom
	$(BIN)/python scripts/licences.py

SCHEMA := build/release/bin/check-jsonschema --builtin-schema
workflows: build/release/.ready ## lint the workflows, the action, the issue forms, renovate.json and the Containerfile
	build/release/bin/zizmor --quiet --offline --persona regular .github action.yml
	$(SCHEMA) vendor.github-workflows .github/workflows/*.yml
	$(SCHEMA) vendor.github-actions action.yml
	$(SCHEMA) vendor.github-issue-forms $(filter-out %/config.yml,$(wildcard .github/ISSUE_TEMPLATE/*.yml))
	$(SCHEMA) vendor.github-issue-config .github/ISSUE_TEMPLATE/config.yml
	$(SCHEMA) vendor.renovate renovate.json
	build/release/bin/hadolint Containerfile

release-check: $(READY) ## check whether the tree can be released as TAG=v1.2.3
	$(BIN)/python scripts/check_release.py $(TAG)

rest: lint workflows types drift docs wheels # what `check` does beside `test`

check: test rest ## run everything that CI checks

check-all: $(READY) ## run the suite on each Python from 3.11 to 3.14 that is installed, and with the lowest allowed and the newest dependencies
	$(BIN)/python scripts/check_all.py

lowest: ## run the suite with the lowest dependencies that pyproject.toml allows
newest: ## run the suite with the newest dependencies, which users get; in .venv, the generator's bounds hold some back
lowest newest: $(READY)
	$(BIN)/python scripts/check_all.py $@

size: ## count the lines of code by root, without blanks, comments and docstrings
	@$(PYTHON) scripts/size.py

requirements: $(READY) ## write requirements/ anew, with the newest versions (KEEP=1 keeps the present ones)
	sh scripts/lock.sh $(if $(KEEP),,--upgrade)

clean: ## remove the environment and what was built
	rm -rf .venv build dist .hypothesis .mypy_cache .pytest_cache .ruff_cache .import_linter_cache
