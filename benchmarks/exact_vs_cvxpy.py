# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
r"""How fast the exact solver is beside CVXPY with Clarabel, on the same games.

  python -m benchmarks.exact_vs_cvxpy --concepts=cce,ce --shapes=4x4,8x8

Maximum entropy on L2-invariant games, float64. Where a choice had to be made it
favours CVXPY: the problem is standardised and its deviation gains are computed
beforehand, only the parameter that differs between games is assigned, and only
`Problem.solve` is timed, at Clarabel's default tolerances (1e-8). Our time is
that of the public call: checks, standardisation, interior point to 1e-10, gaps
and residuals. Compilation is counted on neither side, except where CVXPY's
problem is rebuilt for every game, as constants, which compile faster there than
parameters; building the expressions is not counted.

Where CVXPY fills in its parameters slowly (CE at 8x8) the rebuilt problem is
the faster one, and the one to be compared with.

Ours and theirs alternate, and a ratio compares neighbours in time. The second
table compares the answers of the games that Clarabel calls optimal, in total
variation (TV), at its default tolerances and at tight ones: the objective is
about n rho sqrt|A|, so that its default relative tolerance leaves the joint
loose.
"""

from collections.abc import Callable
from typing import Any

import jax
import numpy as np
from absl import app, flags, logging

import nes_spiel
from benchmarks import cvxpy_games, report
from benchmarks.cvxpy_work import (
  Answers,
  CompiledOnce,
  Work,
  Workers,
  make_work,
  rebuilt_seconds,
  workers,
)
from nes_spiel.examples import command_line
from nes_spiel.examples.shapes import parse_shape

_SHAPES = flags.DEFINE_list("shapes", ["4x4", "8x8"], "Strategies per player.")
_CONCEPTS = flags.DEFINE_list("concepts", ["cce"], "Of cce and ce.")
_GAMES = flags.DEFINE_integer("games", 512, "Games per shape.", lower_bound=1)
_REBUILT = flags.DEFINE_integer(
  "rebuilt_games", 64, "How many of them CVXPY also solves from scratch.", 1
)
_SINGLE = flags.DEFINE_integer(
  "single_games", 64, "How many of them are also solved one per call.", 1
)
_PROCESSES = flags.DEFINE_integer(
  "processes", None, "CVXPY's processes; one per core if not given.", 1
)
_REPEATS = flags.DEFINE_integer("repeats", 5, "Of all measurements.", 1)
_SEED = flags.DEFINE_integer("seed", 0, "Of the games.")

# Ours takes milliseconds: one measurement is the mean of so many calls.
OUR_CALLS = 5
# Clarabel's options when it is asked for all it has.
TIGHT = {"tol_gap_abs": 1e-13, "tol_gap_rel": 1e-13, "tol_feas": 1e-12}
SPEED_COLUMNS = (
  "concept",
  "shape",
  "method",
  "games",
  *report.spread_names("us/game"),
  "games/s",
  *report.spread_names("ratio"),
)
AGREEMENT_COLUMNS = (
  "concept",
  "shape",
  "games",
  "our compile s",
  "single compile s",
  "CVXPY compile s",
  "ours not converged",
  "our max residual",
  "Clarabel not optimal",
  "TV median",
  "TV max",
  "tight not optimal",
  "tight TV median",
  "tight TV max",
)


def batch_seconds(work: Work) -> float:
  """Returns what one call of ours takes for all games."""

  def calls() -> None:
    for _ in range(OUR_CALLS):
      nes_spiel.solve_batch(work.payoffs, work.concept)

  return report.seconds(calls) / OUR_CALLS


def single_seconds(work: Work, compiled: CompiledOnce) -> tuple[float, float]:
  """Returns what ours and theirs take one game per call, taking turns."""
  ours, theirs = 0.0, 0.0
  for payoffs, gains in zip(
    work.payoffs[: _SINGLE.value], work.gains, strict=False
  ):
    ours += report.seconds(lambda p=payoffs: nes_spiel.solve(p, work.concept))
    theirs += report.seconds(lambda g=gains: compiled.solve_games(g[None]))
  return ours, theirs


def measure_speed(
  work: Work, compiled: CompiledOnce, pool: Workers
) -> list[tuple[Any, ...]]:
  """Times ours and every peer in turn; returns rows of the table of speed."""
  total, processes = len(work.gains), len(pool.workers)
  rebuilt, single = min(_REBUILT.value, total), min(_SINGLE.value, total)
  peers: dict[str, tuple[Callable[[], float], int]] = {
    "CVXPY compiled once": (lambda: report.seconds(compiled.solve), total),
    f"CVXPY, {processes} processes": (
      lambda: report.seconds(pool.solve),
      total,
    ),
    "CVXPY rebuilt": (lambda: rebuilt_seconds(work, rebuilt), rebuilt),
  }
  pairs = {name: [] for name in peers}
  alone = []
  for repeat in range(_REPEATS.value):
    logging.info("%s %s: repeat %d", *work.label, repeat)
    for name, (peer, games) in peers.items():
      pairs[name].append((batch_seconds(work) / total, peer() / games))
    alone.append(np.divide(single_seconds(work, compiled), single))
  counts = {name: games for name, (_, games) in peers.items()}
  return _speed_rows(work, counts, pairs, alone)


def _speed_rows(
  work: Work,
  counts: dict[str, int],
  pairs: dict[str, list[tuple[float, float]]],
  alone: list[np.ndarray],
) -> list[tuple[Any, ...]]:
  """Returns the rows from pairs of seconds per game, ours and theirs."""
  every = np.concatenate([np.array(pair)[:, 0] for pair in pairs.values()])
  rows = [_row(work, "nes_spiel.solve_batch", len(work.gains), every)]
  for name, pair in pairs.items():
    ours, theirs = np.transpose(pair)
    rows.append(_row(work, name, counts[name], theirs, ours))
  ours, theirs = np.transpose(alone)
  single = min(_SINGLE.value, len(work.gains))
  rows.append(_row(work, "nes_spiel.solve, one per call", single, ours))
  rows.append(_row(work, "CVXPY, one per call", single, theirs, ours))
  return rows


def _row(
  work: Work,
  method: str,
  games: int,
  times: Any,
  base: Any = None,
) -> tuple[Any, ...]:
  """Returns a row of the table of speed from seconds per game."""
  ratio = ("", "", "")
  if base is not None:
    ratio = report.spread(np.divide(times, base))
  each = report.spread(np.multiply(times, 1e6))
  return (*work.label, method, games, *each, 1e6 / each[1], *ratio)


def measure_agreement(
  work: Work, compiled: CompiledOnce, compile_seconds: tuple[float, float]
) -> tuple[Any, ...]:
  """Compares the answers; returns a row of the table of agreement."""
  ours = nes_spiel.solve_batch(work.payoffs, work.concept)
  return (
    *work.label,
    len(work.gains),
    *compile_seconds,
    compiled.compile_seconds,
    int(np.sum(ours.status != nes_spiel.Status.CONVERGED)),
    float(ours.residual.max()),
    *_distances(ours.joint, compiled.solve()),
    *_distances(ours.joint, compiled.solve(**TIGHT)),
  )


def _distances(
  joints: np.ndarray, answers: Answers
) -> tuple[int, float, float]:
  """Returns how often CVXPY failed, else median and maximum distance."""
  found = [
    cvxpy_games.total_variation(ours, theirs)
    for ours, theirs, status in zip(joints, *answers[::-1], strict=True)
    if status == "optimal"
  ]
  failed = len(joints) - len(found)
  return failed, float(np.median(found or np.nan)), max(found, default=np.nan)


def run(work: Work) -> tuple[list[tuple[Any, ...]], tuple[Any, ...]]:
  """Returns the rows of both tables for one shape and concept."""

  def batch() -> Any:
    return nes_spiel.solve_batch(work.payoffs, work.concept)

  def single() -> Any:
    return nes_spiel.solve(work.payoffs[0], work.concept)

  # The first call compiles.
  compile_seconds = [
    report.seconds(call) - report.seconds(call) for call in (batch, single)
  ]
  compiled = CompiledOnce(work)
  with workers(work, _PROCESSES.value) as pool:
    speed = measure_speed(work, compiled, pool)
  return speed, measure_agreement(work, compiled, tuple(compile_seconds))


def run_all() -> None:
  """Measures and prints."""
  jax.config.update("jax_enable_compilation_cache", False)
  report.show_setting(
    games="L2-invariant, maximum entropy, float64",
    seed=_SEED.value,
    repeats=f"{_REPEATS.value}; ours the mean of {OUR_CALLS} calls in each",
    ratio="time per game over ours measured just before: over solve_batch, "
    "and over solve for one per call",
  )
  speed, agreement = [], []
  for concept in _CONCEPTS.value:
    for shape in _SHAPES.value:
      sizes = parse_shape(shape, "--shapes")
      work = make_work(concept, sizes, _GAMES.value, _SEED.value)
      rows, row = run(work)
      speed.extend(rows)
      agreement.append(row)
  report.show("exact_vs_cvxpy_speed", "Speed", SPEED_COLUMNS, speed)
  report.show(
    "exact_vs_cvxpy_agreement", "Agreement", AGREEMENT_COLUMNS, agreement
  )


def main(argv: list[str]) -> None:
  """Runs; a user's mistake ends it with one line."""
  with command_line.program(argv):
    run_all()


if __name__ == "__main__":
  app.run(main)
