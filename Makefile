# Quoth: `make` lists the tasks.

PYTHON ?= python3
BIN := .venv/bin
export HF_HUB_OFFLINE ?= 1

.PHONY: help setup run test check bench bench-embedding bench-overhead bench-peers bench-quality bench-scale bench-start bench-sync train clean

help: ## list the tasks
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 24

setup: .venv/installed ## install Quoth into .venv, and nothing else

run: .venv/installed ## read seeds/ and chat; connects Discord and Slack if their tokens are set
	@$(BIN)/quoth run

test: check ## run all checks and all tests
	$(BIN)/pytest -q -n 3

check: .venv/developed ## ruff, formatting, mypy --strict and the arrows between packages
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: .venv/developed ## measure answers to the seeds' own questions
	@$(BIN)/python benchmarks/quality.py --only seeds

bench-quality: .venv/developed ## measure answers on all question sets, or on some: ONLY="xquad seeds"
	@$(BIN)/python benchmarks/quality.py $(addprefix --only ,$(ONLY))

bench-embedding: .venv/developed ## measure how fast passages are embedded, beside plain sentence-transformers
	@OMP_NUM_THREADS=1 PYTHONPATH=. $(BIN)/python benchmarks/embedding.py

bench-start: .venv/developed ## measure how long a first answer takes, from the command on
	@PYTHONPATH=. $(BIN)/python benchmarks/start.py

bench-sync: .venv/developed ## measure syncs of 100,000 made-up passages
	@OMP_NUM_THREADS=1 PYTHONPATH=. $(BIN)/python benchmarks/syncing.py

bench-overhead: .venv/developed ## measure a first sync of the pages that bench-quality has fetched, beside their embedding alone
	@PYTHONPATH=. $(BIN)/python benchmarks/overhead.py .quoth-bench/python-git/html/*

bench-scale: .venv/developed ## measure questions to as many passages as SIZES="10000 1000000" says, varied from python-git's, which bench-quality has indexed
	@OMP_NUM_THREADS=1 PYTHONPATH=. $(BIN)/python benchmarks/growth.py .quoth-bench/python-git/data ../shared/eval/dev_python_git.jsonl $(addprefix --size ,$(SIZES))

bench-peers: .venv/developed ## compare with txtai, LangChain and Haystack, which get an environment of their own
	@PYTHONPATH=. $(BIN)/python benchmarks/peers.py

train: .venv/developed ## learn the weights of ranking from what bench-quality has indexed, and show what they are worth: SETS="NAME=DATA=QUESTIONS ..."
	@PYTHONPATH=. $(BIN)/python benchmarks/train_ranking.py $(SETS)

clean: ## remove .venv and all caches; the data folder stays
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

.venv/bin/pip:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Quoth needs Python 3.11 or newer. Install it, or name it: make PYTHON=python3.12 ..."; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' || { \
		echo "Python lacks its venv module. On Debian or Ubuntu: sudo apt-get install python3-venv"; exit 1; }
	$(PYTHON) -m venv .venv

.venv/installed: pyproject.toml constraints.txt | .venv/bin/pip
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	@touch $@

.venv/developed: pyproject.toml constraints.txt | .venv/bin/pip
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@ .venv/installed
