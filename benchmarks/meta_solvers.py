# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
r"""OpenSpiel's own JPSRO and PSRO with our meta-solvers and with theirs.

  python -m benchmarks.meta_solvers --part=jpsro
  python -m benchmarks.meta_solvers --part=psro --exact_payoffs
  python -m benchmarks.meta_solvers --part=psro --dqn_episodes=2000 \
    --psro_iterations=6 --psro_seeds=3 --sims_per_entry=200

jpsro: three-player Kuhn poker, evaluation by `uni`, policies counted as often
as they were found. The gap at iteration k, counted from 0 as OpenSpiel does, is
what best responders gain against the train joint that k iterations have led to,
summed over players. Seconds are those of the whole loop, JAX's compilation
included: its caches are emptied before every run.

psro: Kuhn poker with exact best responses, or with those that OpenSpiel's DQN
learns in --dqn_episodes, selected and mixed by marginals. The
exploitability is OpenSpiel's of the aggregated policy: half of NashConv, which
its example prints. Payoffs of the meta-game are means of `sims_per_entry`
episodes as in OpenSpiel, or exact expectations with --exact_payoffs. Seconds
are without the exploitability; the first seed's include JAX's compilation.
"""

import functools
from typing import Any

import jax
import numpy as np
from absl import app, flags

import nes_spiel
from benchmarks import report
from benchmarks.openspiel_runs import (
  Run,
  dqn_oracle,
  exact_oracle,
  run_jpsro,
  run_psro,
)
from nes_spiel.examples import command_line

JPSRO_COLUMNS = (
  "train solver",
  *report.spread_names("seconds"),
  *report.spread_names("ratio"),
  "compilations",
  "last gap",
)
# The first iteration whose exploitability is held to a bound.
SETTLED = 10
PSRO_COLUMNS = (
  "solver",
  *report.spread_names("seconds"),
  f"worst from {SETTLED} on",
  *report.spread_names("last"),
)

_PART = flags.DEFINE_enum("part", "all", ["jpsro", "psro", "all"], "What runs.")
_TRAIN = flags.DEFINE_list(
  "train_meta_solvers",
  ["mecce", "uni", "mgcce"],
  "Names in JPSRO's table; ratios are to the first. mgcce takes minutes.",
)
_ITERATIONS = flags.DEFINE_integer("iterations", 15, "Of JPSRO.", 1)
_REPEATS = flags.DEFINE_integer("repeats", 1, "Of JPSRO, for the seconds.", 1)
_SEED = flags.DEFINE_integer("seed", 1, "Of JPSRO.")
_PSRO = flags.DEFINE_list(
  "psro_meta_solvers", ["mecce", "nash"], "Names in PSRO's table."
)
_PSRO_ITERATIONS = flags.DEFINE_integer("psro_iterations", 20, "Of PSRO.", 1)
_PSRO_SEEDS = flags.DEFINE_integer(
  "psro_seeds", 5, "PSRO's seeds: 1 to this.", 1
)
_SIMS = flags.DEFINE_integer(
  "sims_per_entry",
  1000,
  "Episodes per entry of PSRO's meta-game.",
  lower_bound=1,
)
_EXACT = flags.DEFINE_bool(
  "exact_payoffs", False, "Expected returns in PSRO's meta-game, no episodes."
)
_DQN = flags.DEFINE_integer(
  "dqn_episodes",
  None,
  "Of DQN in PSRO; best responses are exact if None.",
  lower_bound=1,
)


def benchmark_jpsro() -> None:
  """Runs every solver, in turn in each repeat, and prints the tables."""
  names = _TRAIN.value
  runs: dict[str, list[Run]] = {name: [] for name in names}
  for _ in range(_REPEATS.value):
    for name in names:
      run = run_jpsro(name, _SEED.value, _ITERATIONS.value)
      runs[name].append(run)
  _show_jpsro(runs)


def _show_jpsro(runs: dict[str, list[Run]]) -> None:
  """Prints gaps by iteration, and seconds."""
  first = next(iter(runs))
  gaps = zip(*[of_solver[0].values for of_solver in runs.values()], strict=True)
  report.show(
    "jpsro_gaps",
    f"JPSRO, kuhn_poker_3p, seed {_SEED.value}: train gap, sum over players",
    ("iteration", *runs),
    [(iteration, *row) for iteration, row in enumerate(gaps)],
  )
  report.show(
    "jpsro_seconds",
    f"JPSRO, whole loop, {_REPEATS.value} runs each; ratio to {first}",
    JPSRO_COLUMNS,
    [_jpsro_row(name, runs[name], runs[first]) for name in runs],
  )


def _jpsro_row(name: str, runs: list[Run], first: list[Run]) -> tuple[Any, ...]:
  """Returns a solver's row of the table of seconds."""
  seconds = [run.seconds for run in runs]
  ratio = np.divide(seconds, [run.seconds for run in first])
  return (
    name,
    *report.spread(seconds),
    *report.spread(ratio),
    max(run.compilations for run in runs),
    runs[0].values[-1],
  )


def benchmark_psro() -> None:
  """Runs every solver, in turn for each seed, and prints the tables."""
  names, seeds = _PSRO.value, range(1, _PSRO_SEEDS.value + 1)
  episodes = 0 if _EXACT.value else _SIMS.value
  runs: dict[str, list[Run]] = {name: [] for name in names}
  for seed in seeds:
    for name in names:
      oracle = exact_oracle
      if _DQN.value is not None:
        oracle = functools.partial(dqn_oracle, _DQN.value, seed)
      run = run_psro(
        name, seed, _PSRO_ITERATIONS.value, episodes, make_oracle=oracle
      )
      runs[name].append(run)
  _show_psro(runs)


def _show_psro(runs: dict[str, list[Run]]) -> None:
  """Prints exploitability by iteration, and seconds."""
  payoffs = "exact" if _EXACT.value else f"{_SIMS.value} episodes each"
  learned = f", DQN of {_DQN.value} episodes" if _DQN.value else ""
  title = (
    f"PSRO, kuhn_poker{learned}, seeds 1 to {_PSRO_SEEDS.value}, "
    f"payoffs {payoffs}"
  )
  report.show(
    "psro_exploitability",
    f"{title}: exploitability (NashConv / 2) of the aggregated policy",
    ("iteration", *[c for name in runs for c in report.spread_names(name)]),
    _psro_rows(list(runs.values())),
  )
  report.show(
    "psro_seconds",
    title,
    PSRO_COLUMNS,
    [_psro_summary(name, of_solver) for name, of_solver in runs.items()],
  )


def _psro_rows(columns: list[list[Run]]) -> list[tuple[Any, ...]]:
  """Returns the spread over seeds of each solver, by iteration."""
  values = [[run.values for run in runs] for runs in columns]
  return [
    (k, *[number for column in by_solver for number in report.spread(column)])
    for k, by_solver in enumerate(np.moveaxis(np.array(values), 2, 0))
  ]


def _psro_summary(name: str, runs: list[Run]) -> tuple[Any, ...]:
  """Returns a solver's seconds and how exploitable it is in the end."""
  values = np.array([run.values for run in runs])
  settled = values[:, SETTLED:]
  return (
    name,
    *report.spread([run.seconds for run in runs]),
    float(settled.max()) if settled.size else "-",
    *report.spread(values[:, -1]),
  )


def run_all() -> None:
  """Measures and prints."""
  jax.config.update("jax_enable_compilation_cache", False)
  nes_spiel.meta_solvers.register()
  report.show_setting(
    jpsro=f"seed {_SEED.value}, {_REPEATS.value} runs",
    psro=f"seeds 1 to {_PSRO_SEEDS.value}, {_PSRO_ITERATIONS.value} iterations",
    dqn_episodes=_DQN.value,
  )
  if _PART.value != "psro":
    benchmark_jpsro()
  if _PART.value != "jpsro":
    benchmark_psro()


def main(argv: list[str]) -> None:
  """Runs; a user's mistake ends it with one line."""
  with command_line.program(argv):
    run_all()


if __name__ == "__main__":
  app.run(main)
