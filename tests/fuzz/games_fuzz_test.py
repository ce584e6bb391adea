# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Whatever game comes, the answer is right or says that it is not."""

import warnings

import numpy as np
import odd_games
import pytest

import nes_spiel
from nes_spiel import equilibria

pytestmark = [pytest.mark.reference, pytest.mark.usefixtures("unchecked")]
SHAPES = [(1, 1), (2, 2), (3, 3), (2, 5), (4, 4), (8, 8), (2, 2, 2), (2, 3, 2)]
# Concept, method, shapes, and games of each: 12,800 in all.
CASES = [
  ("cce", "exact", SHAPES, 768),
  ("ce", "exact", [(2, 2), (3, 3), (2, 5), (2, 3, 2)], 512),
  ("cce", "nes", [(2, 2), (2, 5), (2, 3, 2)], 1024),
  ("ce", "nes", [(2, 2), (2, 5)], 768),
]
EPS = np.finfo(np.float64).eps


def check_answer(payoffs, joint, solution, index, concept):
  """A distribution, with the gap and the status that it says it has."""
  assert np.isfinite(joint).all()
  assert joint.min() >= 0
  assert abs(joint.sum() - 1) <= 1e-9
  # What subtraction of payoffs of this size can tell.
  rounding = 1e3 * EPS * np.abs(payoffs).max()
  gap = odd_games.largest_gains(payoffs, joint, concept).sum()
  assert abs(gap - solution.gap_sum[index]) <= 1e-6 * gap + rounding
  if solution.status[index] == nes_spiel.Status.CONVERGED:
    assert solution.residual[index] <= 1e-9
    # At rho 1e4, in units of each player's payoffs.
    scale = payoffs.reshape(len(payoffs), -1).std(axis=1).sum()
    assert gap <= 0.1 * scale + rounding


@pytest.mark.parametrize(
  ("concept", "method", "shape", "count"),
  [
    (concept, method, shape, count)
    for concept, method, shapes, count in CASES
    for shape in shapes
  ],
)
def test_the_answer_is_right_or_says_that_it_is_not(
  concept, method, shape, count
):
  rng = np.random.default_rng(count)
  payoffs = [odd_games.draw_odd_game(rng, shape) for _ in range(count)]
  with warnings.catch_warnings():
    warnings.simplefilter("ignore", RuntimeWarning)
    found = nes_spiel.solve_batch(np.stack(payoffs), concept, method=method)
  for index, (game, joint) in enumerate(zip(payoffs, found.joint, strict=True)):
    check_answer(game, joint, found, index, concept)
  converged = (found.status == nes_spiel.Status.CONVERGED).mean()
  print(f"{count} games, {converged:.1%} converged")
  assert converged > 0.99 or method == "nes"


@pytest.mark.parametrize("concept", ["ce", "cce"])
def test_corners_of_odd_games_are_equilibria(concept):
  rng = np.random.default_rng(0)
  for index in range(300):
    payoffs = odd_games.draw_odd_game(rng, [(2, 2), (1, 2), (2, 3)][index % 3])
    rows = equilibria.polytope.gain_rows(payoffs, concept)
    # Of each deviation by itself, and what subtraction can tell.
    least = 1e-8 * np.abs(rows).max(axis=1) + 1e3 * EPS * np.abs(payoffs).max()
    joints = equilibria.extreme_points(payoffs, concept).joints
    assert len(joints)  # every finite game has an equilibrium
    for joint in joints:
      assert (rows @ joint.ravel() <= least).all()


@pytest.mark.parametrize("shape", [(3, 3), (2, 3, 2)])
def test_masks_and_numbers_that_are_none_are_refused(shape):
  rng = np.random.default_rng(1)
  for _ in range(500):
    game = rng.normal(size=(len(shape), *shape))
    game.flat[rng.integers(game.size)] = rng.choice([np.nan, np.inf, -np.inf])
    with pytest.raises(ValueError, match="payoffs"):
      nes_spiel.solve(game)
    width = rng.integers(1, 5)
    mask = rng.random((rng.integers(1, 4), width)) < 0.5
    if mask.shape == (len(shape), max(shape)):
      mask[rng.integers(len(shape))] = False  # a player without strategies
    with pytest.raises(ValueError, match="mask"):
      nes_spiel.solve(
        np.zeros((len(shape), *[max(shape)] * len(shape))), strategy_mask=mask
      )
