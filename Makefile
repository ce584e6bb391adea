# Everything runs in a virtual environment of its own, made on first use.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Two processes, which share what either has compiled.
COMPILED := JAX_COMPILATION_CACHE_DIR=$(CURDIR)/out/compiled \
  JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS=0
PYTEST := $(COMPILED) $(BIN)/python -m pytest -n 2
# Of small tests, compiling takes longer than running: these halve it.
test coverage: export JAX_DISABLE_MOST_OPTIMIZATIONS = 1
test coverage: export XLA_FLAGS = --xla_cpu_use_fusion_emitters=false \
  --xla_cpu_parallel_codegen_split_count=1

.PHONY: demo test lint verify coverage docs bench clean

demo: $(VENV)/.demo
	rm -rf out/demo
	$(BIN)/python -m nes_spiel.examples.jpsro --game=kuhn_poker_3p \
	  --train_meta_solver=nes_mecce --eval_meta_solver=mecce \
	  --iterations=15 --output_dir=out/demo

test: lint
	$(PYTEST) -m "not reference" tests
	$(BIN)/python -m pytest --doctest-modules nes_spiel \
	  --ignore=nes_spiel/examples --ignore=nes_spiel/meta_solvers/__main__.py

lint: $(VENV)/.dev
	$(BIN)/ruff check nes_spiel tests benchmarks setup.py
	$(BIN)/ruff format --check nes_spiel tests benchmarks setup.py
	$(BIN)/mypy

verify: $(VENV)/.dev
	$(PYTEST) -m reference -rP tests

coverage: $(VENV)/.dev
	$(PYTEST) -m "not reference" --cov --cov-report=term --cov-report=xml tests

docs: $(VENV)/.dev
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict

bench: $(VENV)/.dev
	$(BIN)/python -m benchmarks.d3c --output_dir=out/benchmarks
	$(BIN)/python -m benchmarks.exact_vs_cvxpy --output_dir=out/benchmarks
	$(BIN)/python -m benchmarks.markov_games --output_dir=out/benchmarks
	$(BIN)/python -m benchmarks.meta_solvers --output_dir=out/benchmarks
	$(BIN)/python -m benchmarks.nes_throughput --output_dir=out/benchmarks
	$(BIN)/python -m benchmarks.large_games --output_dir=out/benchmarks
	$(BIN)/python -m benchmarks.online --output_dir=out/benchmarks
	$(BIN)/python -m benchmarks.pareto --output_dir=out/benchmarks
	$(BIN)/python -m benchmarks.rival --output_dir=out/benchmarks
	$(BIN)/python -m benchmarks.public_belief --output_dir=out/benchmarks
	$(BIN)/python -m benchmarks.quantal_response --output_dir=out/benchmarks
	$(BIN)/python -m benchmarks.social_dilemmas --output_dir=out/benchmarks

clean:
	rm -rf $(VENV) out build dist *.egg-info

# A stamp per set of extras, renewed when the dependencies change.
$(VENV)/.demo: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet .
	touch $@

$(VENV)/.dev: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	PYTHONWARNINGS=ignore $(BIN)/python -m pip install --quiet --editable '.[dev]'
	touch $@
