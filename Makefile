# `make` runs the study and writes results/report.html. The other targets are below; inside the
# environment (`. .venv/bin/activate`) everything is plain Snakemake.

PYTHON ?= python3
CORES ?= all
# Files whose keys replace those of config/config.yaml: `make CONFIG=mine.yaml`.
CONFIG ?=
# What `make matrix` tries: names or paths of Pythons (all that are here if empty), and versions of
# what the package depends on: oldest, newest, locked, or a version of JAX.
PYTHONS ?=
VERSIONS ?= oldest newest
BIN := .venv/bin
# Checked first is what Snakemake would meet with a traceback, and a lock that a killed run left. The
# trap lets the last sentence be said after Ctrl-C, which the shell gets as well.
SNAKEMAKE = @trap : INT; $(BIN)/python -m adcost.study.preflight $(CONFIG) || exit 1; \
  $(BIN)/snakemake --cores $(CORES) $(if $(CONFIG),--configfile $(CONFIG)) || \
  { echo "The study is not finished: the same command goes on from here, and keeps what is finished."; exit 1; }

.DELETE_ON_ERROR:
.PHONY: all quick test mutants check style docs bench matrix lock new-experiment clean help

all: .venv/ready
	$(SNAKEMAKE)
	@echo
	@echo "The report is there: open results/report.html in a browser (or print results/report.pdf)."

quick: CONFIG := config/quick.yaml
quick: .venv/ready  ## the same study, small
	$(SNAKEMAKE)
	@echo
	@echo "The small study's report: open results/quick/report.html in a browser."

test: .venv/ready  ## the whole test suite
	@$(BIN)/python -m pytest -n 2

mutants: .venv/ready  ## inject known faults, one at a time: is each caught? (under an hour)
	@$(BIN)/python tests/mutants/run.py

check: style test  ## all that CI checks

style: .venv/ready  ## the quick part of it: style, types, layers, Snakemake's own linter
	@$(BIN)/ruff check src tests workflow/scripts bench docs/tools
	@$(BIN)/ruff format --check src tests workflow/scripts bench docs/tools
	@$(BIN)/snakefmt --check Snakefile workflow
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/snakemake --lint

# Strictly: a broken link fails it. REPOSITORY_URL, where set, is where links to source files lead.
docs: .docs/ready  ## the documentation site, in site/
	@NO_MKDOCS_2_WARNING=1 .docs/bin/mkdocs build --strict --quiet
	@echo "The site is there: open site/index.html in a browser."

bench: .venv/ready  ## speed, as ratios; no test
	@$(BIN)/python bench/bench.py

matrix: .matrix/uv/bin/uv  ## tests on every Python here, with the oldest and the newest JAX
	@$(PYTHON) tests/matrix.py --uv $< --versions $(VERSIONS) -- $(PYTHONS)

lock: .matrix/uv/bin/uv  ## resolve pyproject.toml and each requirements.in again, pinned with hashes
	@$< pip compile --universal --python-version 3.11 --generate-hashes --no-header --quiet \
	  --output-file requirements.lock --all-extras pyproject.toml requirements.in
	@$(PYTHON) workflow/envs/pin.py
	@$< pip compile --universal --python-version 3.11 --generate-hashes --no-header --quiet \
	  --output-file docs/requirements.lock docs/requirements.in

.matrix/uv/bin/uv:
	@$(PYTHON) -m venv --clear .matrix/uv && .matrix/uv/bin/python -m pip install --quiet uv

new-experiment: .venv/ready  ## the files of a new one, which runs: NAME=…
	@$(BIN)/python -m adcost.study.new_experiment $(NAME)

# The file says that the environment is whole: an interrupted set-up is begun again.
.venv/ready: requirements.lock
	@command -v $(PYTHON) >/dev/null || { echo "This needs Python 3.11 or newer; set PYTHON=…"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "This needs Python 3.11 or newer, not $$($(PYTHON) --version); set PYTHON=…"; exit 1; }
	@echo "Setting up .venv from requirements.lock (about a minute) …"
	@$(PYTHON) -m venv --clear .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@echo "$(CURDIR)/src" > "$$($(BIN)/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/adcost.pth"
	@touch $@

# What builds the documentation, apart from the study's environment.
.docs/ready: docs/requirements.lock
	@$(PYTHON) -m venv --clear .docs
	@.docs/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

clean:  ## remove the results, not the environment and not the references
	rm -rf .snakemake
	find results -mindepth 1 ! -name README.md $(foreach kept,reference reference-gpu,! -path results/$(kept) ! -path 'results/$(kept)/*') -delete

help:
	@grep -hE '^[a-z-]+:.*##' Makefile | sed 's/:.*##/:/'
