# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Clarabel solves the same problem from its primal statement."""

import dataclasses

import jax.numpy as jnp
import numpy as np
import pytest

from nes_spiel import equilibria
from nes_spiel.equilibria import duality
from nes_spiel.equilibria.cvxpy_reference import CvxpyReference

GAMES, SHAPE = 20, (2, 3)
DISTANCE = 3e-3  # Clarabel's: its own tolerance leaves 4e-4 to 1.5e-3
WORSE = 1e-7

pytestmark = pytest.mark.usefixtures("x64")


def feasible_objective(problem, joint, epsilon, largest_gains):
  """Eq. 6 at the nearest feasible point: a bound that any solver may claim."""
  joint = np.maximum(joint, 0)
  joint = joint / joint.sum()
  epsilon = np.maximum(epsilon, largest_gains(problem, joint))
  if problem.shared_epsilon:
    epsilon = np.full_like(epsilon, epsilon.max())
  return float(
    duality.primal_objective(problem, jnp.asarray(joint), jnp.asarray(epsilon))
  )


@pytest.mark.parametrize("shared", [False, True])
@pytest.mark.parametrize("concept", ["ce", "cce"])
def test_agreement(
  concept,
  shared,
  random_games,
  random_joint,
  state,
  solve_problems,
  largest_gains_by_hand,
):
  rng = np.random.default_rng(0)
  rows = {
    "ME": equilibria.MaximumEntropy(),
    "MRE": equilibria.MinimumRelativeEntropy(random_joint(0, SHAPE)),
    "MU": equilibria.MaximumWelfare(),
    "MWME": equilibria.MaximumWelfareMaximumEntropy(rng.normal(size=SHAPE)),
    "MS": equilibria.MaximumStrength(),
  }
  if shared:
    rows = {"MS": rows["MS"], "ME": rows["ME"]}
  reference = CvxpyReference(SHAPE, concept, shared)

  def largest_gains(problem, joint):
    return largest_gains_by_hand(problem.payoffs, joint, concept)

  for row in rows.values():
    selection = dataclasses.replace(row, shared_epsilon=shared)
    problems = [
      state(game, selection, concept) for game in random_games(1, GAMES, SHAPE)
    ]
    joints, epsilons, _ = solve_problems(problems)
    solved = 0
    for index, problem in enumerate(problems):
      reference.set_game(problem)
      theirs = reference.solve()
      if theirs.status != "optimal":
        continue
      solved += 1
      ours = feasible_objective(
        problem, joints[index], epsilons[index], largest_gains
      )
      value = feasible_objective(
        problem, theirs.joint, theirs.epsilon, largest_gains
      )
      assert ours >= value - WORSE
      assert np.abs(theirs.joint - joints[index]).sum() / 2 <= DISTANCE
      np.testing.assert_allclose(theirs.epsilon, epsilons[index], atol=1e-2)
    assert solved >= GAMES // 2  # it fails now and then


def test_duals_agree(random_games, state, solve_problems):
  """With a small rho all is well scaled, and the duals are comparable."""
  selection = equilibria.MaximumEntropy(rho=10.0)
  for concept in ("ce", "cce"):
    reference = CvxpyReference(SHAPE, concept)
    problems = [
      state(game, selection, concept) for game in random_games(2, 5, SHAPE)
    ]
    solution = solve_problems(problems)[2]
    for problem, duals in zip(problems, solution.duals, strict=True):
      reference.set_game(problem)
      theirs = reference.solve()
      assert theirs.status == "optimal"
      # Clarabel's multipliers are those of Eq. 7 where its answer is accurate.
      np.testing.assert_allclose(theirs.duals, duals, atol=1e-3)
    assert solution.duals.max() > 0.1


def test_a_failure_shows_in_the_status(random_games, state):
  problem = state(
    random_games(3, 1, SHAPE)[0], equilibria.MaximumEntropy(), "cce"
  )
  reference = CvxpyReference(SHAPE, "cce")
  reference.set_game(problem)
  assert reference.solve(max_iter=1).status != "optimal"


@pytest.mark.usefixtures("unchecked")
def test_unknown_concept():
  with pytest.raises(ValueError, match=r"concept: expected one of .* 'ne'"):
    CvxpyReference(SHAPE, "ne")
