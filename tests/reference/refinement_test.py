# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Newton steps from a network's duals, and the exact solver on large games."""

import jax
import numpy as np
import pytest

import nes_spiel
from nes_spiel import Status, equilibria, games, nes
from nes_spiel.solvers import batching

pytestmark = pytest.mark.reference

RESIDUAL = 1e-9
# Of CE at 16x16, with 512 duals, few: seconds here, not accuracy, are at stake.
CASES = [
  ("cce", (8, 8), 512),
  ("cce", (16, 16), 512),
  ("ce", (8, 8), 256),
  ("ce", (16, 16), 64),
  ("cce", (4, 4, 4), 256),
]


def draw(shape, count, zero_sum):
  payoffs = games.sample_invariant(jax.random.key(11), count, shape)
  if zero_sum:
    payoffs = payoffs - payoffs.mean(1, keepdims=True)
  return np.asarray(payoffs, np.float64)


def steps_from_zero_duals(payoffs, concept):
  """The same method and tolerance from its default start."""

  def solve(game):
    problem, _ = equilibria.standardized_problem(
      game, nes_spiel.MaximumEntropy(), concept
    )
    start = np.zeros(problem.dual_mask.shape)
    return equilibria.solve_dual(problem, RESIDUAL, start=start)

  with jax.enable_x64(True):
    found = jax.jit(lambda x: batching.map_games(solve, x))(payoffs)
  assert (np.asarray(found.residual) <= RESIDUAL).all()
  return np.asarray(found.iterations)


@pytest.mark.parametrize("zero_sum", [False, True], ids=["L2", "zero-sum"])
@pytest.mark.parametrize(("concept", "shape", "count"), CASES)
def test_a_network_is_a_good_start(concept, shape, count, zero_sum):
  payoffs = draw(shape, count, zero_sum)
  refined = nes_spiel.solve_batch(
    payoffs, concept, method="nes+exact", tolerance=RESIDUAL
  )
  cold = steps_from_zero_duals(payoffs, concept)
  fewer = np.mean(refined.iterations < cold)
  print(
    f"{concept} {shape} zero-sum {zero_sum}: steps, median and most: "
    f"{np.median(refined.iterations):g}, {refined.iterations.max()} from the "
    f"network, {np.median(cold):g}, {cold.max()} from zero duals; fewer on "
    f"{fewer:.3f} of games"
  )
  assert (refined.status == Status.CONVERGED).all()
  assert (refined.residual <= RESIDUAL).all()
  assert fewer >= 0.95


@pytest.mark.parametrize(
  ("concept", "size", "count"),
  [("cce", 64, 16), ("ce", 16, 32), ("ce", 32, 8), ("ce", 64, 2)],
)
@pytest.mark.parametrize(
  "selection",
  [nes_spiel.MaximumEntropy(), nes_spiel.MaximumWelfare()],
  ids=["ME", "MU"],
)
def test_large_games_are_solved(concept, size, count, selection):
  payoffs = draw((size, size), count, False)
  solution = nes_spiel.solve_batch(
    payoffs, concept, selection, tolerance=RESIDUAL
  )
  assert (solution.status == Status.CONVERGED).all()
  assert (solution.residual <= RESIDUAL).all()
  # At rho = 1e4 and mu = 10; gains of best responders for CCE, pairs for CE.
  assert solution.gap_sum.max() <= 0.2


def test_a_network_of_all_rows_is_taken_where_it_serves():
  """Of all rows one network, where none of fewer rows serves."""
  payoffs, most = draw((4, 4), 32, False), nes_spiel.MaximumWelfare()
  plain = nes_spiel.solve_batch(payoffs, method="nes").welfare.mean()
  found = nes_spiel.solve_batch(payoffs, "cce", most, "nes").welfare.mean()
  exact = nes_spiel.solve_batch(payoffs, "cce", most).welfare.mean()
  assert exact > plain + 0.5
  # Of what maximum entropy leaves less than a quarter is missing.
  assert abs(found - exact) < 0.25 * (exact - plain)
  assert "cce_2p_rows" in nes.PRETRAINED
