# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
r"""The exact solver, and Newton steps from a network's answer, on large games.

  python -m benchmarks.large_games --cases=cce:32x32,cce:64x64,ce:16x16,ce:32x32

Maximum entropy on L2-invariant games, float64, to a residual of 1e-9; whole
calls of `solve_batch`, gaps and certificate included, compilation excluded.
Steps are Newton's, the median over games. The last column is the ratio of the
two times.
"""

import jax
import numpy as np
from absl import app, flags

import nes_spiel
from benchmarks import report
from nes_spiel import equilibria
from nes_spiel.examples import command_line
from nes_spiel.examples.shapes import parse_shape

_CASES = flags.DEFINE_list(
  "cases",
  ["cce:32x32", "cce:64x64", "ce:16x16", "ce:32x32", "ce:64x64"],
  "Concept and strategies per player.",
)
_GAMES = flags.DEFINE_integer("games", 8, "Games per call.", lower_bound=1)
_REPEATS = flags.DEFINE_integer("repeats", 3, "Of all measurements.", 1)
TOLERANCE = 1e-9
COLUMNS = (
  "games",
  "method",
  *report.spread_names("ms/game"),
  "steps",
  "largest residual",
  *report.spread_names("ratio"),
)


def benchmark_case(case: str) -> list[tuple[object, ...]]:
  """Returns the rows of one concept and shape."""
  concept, _, sizes = case.partition(":")
  if concept not in equilibria.CONCEPTS:
    raise ValueError(f"--cases: expected cases such as ce:4x4, got {case!r}.")
  shape = parse_shape(sizes, "--cases")
  payoffs = np.asarray(
    nes_spiel.games.sample_invariant(jax.random.key(0), _GAMES.value, shape),
    np.float64,
  )

  def solve(method: str) -> nes_spiel.Solution:
    return nes_spiel.solve_batch(
      payoffs, concept, method=method, tolerance=TOLERANCE
    )

  methods = ("exact", "nes+exact")
  found = {method: solve(method) for method in methods}
  times = [
    {m: report.seconds(lambda m=m: solve(m).joint) for m in methods}
    for _ in range(_REPEATS.value)
  ]
  return [
    (
      case,
      method,
      *report.spread([1e3 * turn[method] / _GAMES.value for turn in times]),
      float(np.median(found[method].iterations)),
      float(found[method].residual.max()),
      *report.spread([turn["exact"] / turn[method] for turn in times]),
    )
    for method in methods
  ]


def run_all() -> None:
  """Measures and prints."""
  report.show_setting(games=_GAMES.value, repeats=_REPEATS.value)
  rows = [row for case in _CASES.value for row in benchmark_case(case)]
  report.show("large_games", "Large games", COLUMNS, rows)


def main(argv: list[str]) -> None:
  """Runs; a user's mistake ends it with one line."""
  with command_line.program(argv):
    run_all()


if __name__ == "__main__":
  app.run(main)
