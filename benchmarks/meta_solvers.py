# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
r"""OpenSpiel's own JPSRO and PSRO with our meta-solvers and with theirs.

  python -m benchmarks.meta_solvers --part=jpsro
  python -m benchmarks.meta_solvers --part=psro --exact_payoffs

jpsro: three-player Kuhn poker, evaluation by `uni`, policies counted as often
as they were found. The gap at iteration k, counted from 0 as OpenSpiel does, is
what best responders gain against the train joint that k iterations have led to,
summed over players. Seconds are those of the whole loop, JAX's compilation
included: its caches are emptied before every run.

psro: Kuhn poker with exact best responses, selected and mixed by marginals. The
exploitability is OpenSpiel's of the aggregated policy: half of NashConv, which
its example prints. Payoffs of the meta-game are means of `sims_per_entry`
episodes as in OpenSpiel, or exact expectations with --exact_payoffs. Seconds
are without the exploitability; the first seed's include JAX's compilation.
"""

import contextlib
import io
import random
import time
from collections.abc import Iterator
from typing import Any, NamedTuple

import jax
import numpy as np
import pyspiel
from absl import app, flags, logging
from open_spiel.python import policy
from open_spiel.python.algorithms import (
  expected_game_score,
  exploitability,
  jpsro,
  policy_aggregator,
)
from open_spiel.python.algorithms.psro_v2 import best_response_oracle, psro_v2

import nes_spiel
from benchmarks import report

COMPILE_EVENT = "/jax/core/compile/backend_compile_duration"
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
_ITERATIONS = flags.DEFINE_integer("iterations", 15, "Of JPSRO.")
_REPEATS = flags.DEFINE_integer("repeats", 1, "Of JPSRO, for the seconds.")
_SEED = flags.DEFINE_integer("seed", 1, "Of JPSRO.")
_PSRO = flags.DEFINE_list(
  "psro_meta_solvers", ["mecce", "nash"], "Names in PSRO's table."
)
_PSRO_ITERATIONS = flags.DEFINE_integer("psro_iterations", 20, "Of PSRO.")
_PSRO_SEEDS = flags.DEFINE_integer("psro_seeds", 5, "PSRO's seeds: 1 to this.")
_SIMS = flags.DEFINE_integer(
  "sims_per_entry", 1000, "Episodes per entry of PSRO's meta-game."
)
_EXACT = flags.DEFINE_bool(
  "exact_payoffs", False, "Expected returns in PSRO's meta-game, no episodes."
)


class JpsroRun(NamedTuple):
  """One run of JPSRO: gaps by iteration, seconds, compilations."""

  gaps: list[float]
  seconds: float
  compilations: int


class PsroRun(NamedTuple):
  """One run of PSRO: exploitability from iteration 0 on, seconds."""

  exploitability: list[float]
  seconds: float


@contextlib.contextmanager
def counted_compilations() -> Iterator[list[str]]:
  """Empties JAX's caches; yields a list that names what is compiled."""
  compiled: list[str] = []

  def listen(event: str, duration: float, **about: Any) -> None:
    if event == COMPILE_EVENT:
      compiled.append(str(about.get("fun_name")))
      logging.info("compiled %s in %.1f s", compiled[-1], duration)

  jax.clear_caches()
  jax.monitoring.register_event_duration_secs_listener(listen)
  try:
    yield compiled
  finally:
    jax.monitoring.unregister_event_duration_listener(listen)


def run_jpsro(train_meta_solver: str) -> JpsroRun:
  """Runs JPSRO on three-player Kuhn poker."""
  game = pyspiel.load_game_as_turn_based("kuhn_poker", {"players": 3})
  gaps: list[float] = []

  def callback(*state: Any) -> Any:
    *_, train_gaps, _, _, checkpoint = state
    gaps.append(float(sum(train_gaps[-1])))
    return checkpoint

  with counted_compilations() as compilations:
    start = time.perf_counter()
    jpsro.run_loop(
      game=game,
      game_name="kuhn_poker_3p",
      seed=_SEED.value,
      iterations=_ITERATIONS.value,
      train_meta_solver=train_meta_solver,
      eval_meta_solver="uni",
      ignore_repeats=False,
      callback=callback,
    )
    return JpsroRun(gaps, time.perf_counter() - start, len(compilations))


def benchmark_jpsro() -> None:
  """Runs every solver, in turn in each repeat, and prints the tables."""
  names = _TRAIN.value
  runs: dict[str, list[JpsroRun]] = {name: [] for name in names}
  for _ in range(_REPEATS.value):
    for name in names:
      runs[name].append(run_jpsro(name))
  _show_jpsro(runs)


def _show_jpsro(runs: dict[str, list[JpsroRun]]) -> None:
  """Prints gaps by iteration, and seconds."""
  first = next(iter(runs))
  gaps = zip(*[of_solver[0].gaps for of_solver in runs.values()], strict=True)
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


def _jpsro_row(
  name: str, runs: list[JpsroRun], first: list[JpsroRun]
) -> tuple[Any, ...]:
  """Returns a solver's row of the table of seconds."""
  seconds = [run.seconds for run in runs]
  ratio = np.divide(seconds, [run.seconds for run in first])
  return (
    name,
    *report.spread(seconds),
    *report.spread(ratio),
    max(run.compilations for run in runs),
    runs[0].gaps[-1],
  )


class ExactPayoffs(psro_v2.PSROSolver):
  """PSRO whose meta-game holds expected returns."""

  def sample_episodes(
    self, policies: list[policy.Policy], num_episodes: int
  ) -> np.ndarray:
    """Returns the expectation of what OpenSpiel estimates."""
    del num_episodes
    root = self._game.new_initial_state()
    return expected_game_score.policy_value(root, policies)


def make_psro(game: pyspiel.Game, name: str) -> psro_v2.PSROSolver:
  """Builds PSRO as OpenSpiel's example does, without its prints."""
  start = policy.TabularPolicy(game)
  oracle = best_response_oracle.BestResponseOracle(game=game, policy=start)
  solver = ExactPayoffs if _EXACT.value else psro_v2.PSROSolver
  with contextlib.redirect_stdout(io.StringIO()):
    return solver(
      game,
      oracle,
      sims_per_entry=_SIMS.value,
      initial_policies=[start.__copy__() for _ in range(game.num_players())],
      training_strategy_selector="probabilistic",
      meta_strategy_method=name,
      sample_from_marginals=True,
    )


def psro_exploitability(
  game: pyspiel.Game, solver: psro_v2.PSROSolver
) -> float:
  """Returns the exploitability of what PSRO would play now."""
  aggregated = policy_aggregator.PolicyAggregator(game).aggregate(
    range(game.num_players()),
    solver.get_policies(),
    solver.get_meta_strategies(),
  )
  return float(exploitability.exploitability(game, aggregated))


def run_psro(name: str, seed: int) -> PsroRun:
  """Runs PSRO on two-player Kuhn poker."""
  # PSRO's selectors draw from NumPy, its episodes from `random`.
  np.random.seed(seed)
  random.seed(seed)
  game = pyspiel.load_game_as_turn_based("kuhn_poker", {"players": 2})
  start = time.perf_counter()
  solver = make_psro(game, name)
  elapsed = time.perf_counter() - start
  values = [psro_exploitability(game, solver)]
  for _ in range(_PSRO_ITERATIONS.value):
    start = time.perf_counter()
    solver.iteration()
    elapsed += time.perf_counter() - start
    values.append(psro_exploitability(game, solver))
  logging.info("%s, seed %d: %s", name, seed, np.round(values, 4).tolist())
  return PsroRun(values, elapsed)


def benchmark_psro() -> None:
  """Runs every solver, in turn for each seed, and prints the tables."""
  names, seeds = _PSRO.value, range(1, _PSRO_SEEDS.value + 1)
  runs: dict[str, list[PsroRun]] = {name: [] for name in names}
  for seed in seeds:
    for name in names:
      runs[name].append(run_psro(name, seed))
  _show_psro(runs)


def _show_psro(runs: dict[str, list[PsroRun]]) -> None:
  """Prints exploitability by iteration, and seconds."""
  payoffs = "exact" if _EXACT.value else f"{_SIMS.value} episodes each"
  title = f"PSRO, kuhn_poker, seeds 1 to {_PSRO_SEEDS.value}, payoffs {payoffs}"
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


def _psro_rows(columns: list[list[PsroRun]]) -> list[tuple[Any, ...]]:
  """Returns the spread over seeds of each solver, by iteration."""
  values = [[run.exploitability for run in runs] for runs in columns]
  return [
    (k, *[number for column in by_solver for number in report.spread(column)])
    for k, by_solver in enumerate(np.moveaxis(np.array(values), 2, 0))
  ]


def _psro_summary(name: str, runs: list[PsroRun]) -> tuple[Any, ...]:
  """Returns a solver's seconds and how exploitable it is in the end."""
  values = np.array([run.exploitability for run in runs])
  return (
    name,
    *report.spread([run.seconds for run in runs]),
    float(np.max(values[:, SETTLED:], initial=-np.inf)),
    *report.spread(values[:, -1]),
  )


def main(arguments: list[str]) -> None:
  if len(arguments) > 1:
    raise app.UsageError(f"unexpected arguments: {arguments[1:]}")
  jax.config.update("jax_enable_compilation_cache", False)
  nes_spiel.meta_solvers.register()
  report.show_setting(
    jpsro=f"seed {_SEED.value}, {_REPEATS.value} runs",
    psro=f"seeds 1 to {_PSRO_SEEDS.value}",
  )
  if _PART.value != "psro":
    benchmark_jpsro()
  if _PART.value != "jpsro":
    benchmark_psro()


if __name__ == "__main__":
  app.run(main)
