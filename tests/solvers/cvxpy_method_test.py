# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""The method "cvxpy" answers in the same form, and says when it fails."""

import dataclasses

import jax
import numpy as np
import pytest

import nes_spiel
from nes_spiel import Status

SHAPE = (2, 3)
# Clarabel's own: joints to 3e-3, see the tests of the reference.
DISTANCE = 3e-3


@pytest.mark.parametrize(
  ("concept", "selection"),
  [
    ("ce", nes_spiel.MaximumEntropy(target_epsilon=np.array([0.1, 0.2]))),
    ("cce", nes_spiel.MaximumWelfare(mu=2.0, rho=1e3)),
    ("cce", nes_spiel.MaximumStrength(shared_epsilon=True)),
  ],
  ids=["ME", "MU", "MS shared"],
)
def test_same_answer_in_the_callers_units(concept, selection, random_games):
  scale = np.array([20.0, 0.5])
  payoffs = random_games(0, 4, SHAPE) * scale.reshape(2, 1, 1) + 1
  ours = nes_spiel.solve_batch(payoffs, concept, selection)
  theirs = nes_spiel.solve_batch(payoffs, concept, selection, "cvxpy")
  solved = theirs.status == Status.CONVERGED
  assert solved.sum() >= 2
  assert theirs.method == "cvxpy"
  assert (theirs.iterations == -1).all()
  distance = np.abs(theirs.joint - ours.joint).sum((1, 2)) / 2
  assert (distance <= DISTANCE)[solved].all()
  np.testing.assert_allclose(
    (theirs.epsilon / scale)[solved], (ours.epsilon / scale)[solved], atol=1e-2
  )
  np.testing.assert_allclose(theirs.joint.sum((1, 2)), 1, rtol=1e-12)
  for field in dataclasses.fields(ours):
    if field.name != "method":
      mine, other = getattr(ours, field.name), getattr(theirs, field.name)
      assert (mine.shape, mine.dtype) == (other.shape, other.dtype)


def test_gaps_are_those_of_the_joint(random_games, largest_gains_by_hand):
  payoffs = random_games(1, 1, SHAPE)[0]
  solution = nes_spiel.solve(payoffs, "ce", method="cvxpy")
  gains = largest_gains_by_hand(payoffs, solution.joint, "ce")
  np.testing.assert_allclose(
    solution.gap_sum, np.maximum(gains, 0).sum(), atol=1e-12
  )
  np.testing.assert_allclose(
    solution.welfare, (payoffs.sum(0) * solution.joint).sum()
  )


def test_refused_concept_and_padding():
  pennies = nes_spiel.games.classics.matching_pennies()
  with pytest.raises(ValueError, match=r'"cvxpy" solves "ce" and "cce", not'):
    nes_spiel.solve(pennies, "ne", method="cvxpy")
  cube, mask = nes_spiel.games.pad(pennies, 3)
  with pytest.raises(ValueError, match=r'"cvxpy" takes games without padding'):
    nes_spiel.solve(cube, method="cvxpy", strategy_mask=mask)


def test_concrete_games_are_solved_within_a_callers_jit(random_games):
  payoffs = random_games(0, 1, SHAPE)[0]
  expected = nes_spiel.solve(payoffs, method="cvxpy").welfare

  @jax.jit
  def above(level):
    return nes_spiel.solve(payoffs, method="cvxpy").welfare - level

  np.testing.assert_allclose(above(0.0), expected, rtol=1e-6)
