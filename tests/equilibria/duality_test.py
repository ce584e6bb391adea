# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Weak and strong duality, and the distance that the duality gap certifies."""

import dataclasses

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from nes_spiel import equilibria
from nes_spiel.equilibria import dual, duality

SHAPE = (3, 3)
CASES = [
  (concept, shared) for concept in ("ce", "cce") for shared in (False, True)
]

pytestmark = pytest.mark.usefixtures("x64")


@pytest.fixture
def solved(random_games, random_joint, state, solve_problems):
  """Returns a function for problems of several selections, and solutions."""

  def build(concept, shared):
    rng = np.random.default_rng(0)
    selections = [
      equilibria.MaximumEntropy(),
      equilibria.MinimumRelativeEntropy(random_joint(0, SHAPE)),
      equilibria.MaximumWelfareMaximumEntropy(rng.normal(size=SHAPE)),
      equilibria.MaximumStrength(),
    ]
    problems = [
      state(
        game, dataclasses.replace(selection, shared_epsilon=shared), concept
      )
      for selection in selections
      for game in random_games(0, 4, SHAPE)
    ]
    return problems, *solve_problems(problems)

  return build


def certified_distance(problem, duals, joint):
  largest = equilibria.largest_gains(problem.payoffs, joint, problem.concept)
  return duality.certified_distance(problem, duals, joint, largest)


def objective_by_hand(problem, joint, epsilon):
  """Eq. 6, with the welfare and the target in one term."""
  room = problem.max_epsilon - problem.target_epsilon
  slack = problem.max_epsilon - epsilon
  penalty = slack * np.log(slack / (np.e * room))
  penalty = penalty[0] if problem.shared_epsilon else penalty.sum()
  divergence = (joint * (np.log(joint) - problem.reference_logits)).sum()
  return -divergence - problem.rho * penalty


@pytest.mark.parametrize(("concept", "shared"), CASES)
def test_strong_duality(concept, shared, solved):
  problems, joints, epsilons, solution = solved(concept, shared)
  primal, loss = jax.jit(
    jax.vmap(
      lambda problem, joint, epsilon, duals: (
        duality.primal_objective(problem, joint, epsilon),
        dual.dual_loss(problem, duals),
      )
    )
  )(
    jax.tree.map(lambda *leaves: np.stack(leaves), *problems),
    joints,
    epsilons,
    solution.duals,
  )
  # Complementarity: residual 1e-10 times sums of duals of up to 30; rounding:
  # 1e-15 of rho * max_epsilon = 3e4 a player.
  np.testing.assert_allclose(primal, loss, rtol=0, atol=1e-8)
  # Eq. 6 itself, up to a constant: what moving towards uniform play costs.
  for index, problem in enumerate(problems):
    mixed, tighter = (joints[index] + 1 / 9) / 2, epsilons[index] / 2
    there = duality.primal_objective(
      problem, jnp.asarray(mixed), jnp.asarray(tighter)
    )
    np.testing.assert_allclose(
      primal[index] - there,
      objective_by_hand(problem, joints[index], epsilons[index])
      - objective_by_hand(problem, mixed, tighter),
      atol=1e-9,  # rounding of values of 1e5
    )


@pytest.mark.parametrize(("concept", "shared"), CASES)
def test_certificate_bounds_the_distance(concept, shared, solved):
  problems, joints, _, solution = solved(concept, shared)

  @jax.jit
  @jax.vmap
  def certify(problem, duals):
    joint = dual.primal_joint(problem, duals)
    bound = certified_distance(problem, duals, joint)
    return joint, bound, dual.dual_loss(problem, duals)

  stacked = jax.tree.map(lambda *leaves: np.stack(leaves), *problems)
  _, at_optimum, least = certify(stacked, solution.duals)
  # 1e-6 to 1e-5 is the root of the rounding of values of 1e5.
  assert np.asarray(at_optimum).max() <= 3e-5
  rng = np.random.default_rng(1)
  tightest = np.inf
  for size in (1e-4, 1e-3, 1e-2, 0.1, 1.0, 10.0):
    duals = solution.duals * np.exp(
      size * rng.normal(size=solution.duals.shape)
    )
    duals = duals + 0.01 * size * rng.exponential(size=duals.shape)
    duals = np.where(problems[0].dual_mask, duals, 0)
    joint, bound, loss = map(np.asarray, certify(stacked, duals))
    distance = np.abs(joint - joints).sum((1, 2)) / 2
    assert (bound >= distance - 1e-12).all()
    assert (bound <= 1).all()
    assert (loss >= np.asarray(least) - 1e-9).all()
    tightest = min(tightest, bound.min())
  assert tightest < 0.1  # the bound says something


def test_a_joint_that_cannot_be_made_feasible_is_not_certified(state):
  # The second action gains 2 in each cell, and max_epsilon is 0.5.
  payoffs = np.array([[[0.0, 0.0], [2.0, 2.0]], [[0.0, 0.0], [0.0, 0.0]]])
  problem = state(payoffs, equilibria.Selection(max_epsilon=0.5), "cce")
  duals = jnp.zeros((2, 2))
  joint = dual.primal_joint(problem, duals)
  assert float(certified_distance(problem, duals, joint)) == 1


def test_an_inactive_target_costs_nothing(state, random_joint):
  selection = equilibria.MaximumEntropy(target_epsilon=np.inf)
  payoffs = np.random.default_rng(0).normal(size=(2, 3, 3))
  problem = state(payoffs, selection, "cce")
  values, divergences = [], []
  for seed in range(2):
    joint = random_joint(seed, (3, 3))
    values.append(duality.primal_objective(problem, joint, problem.max_epsilon))
    divergences.append((joint * np.log(joint)).sum())
  # Equal up to the constant that Eq. 7 leaves out.
  np.testing.assert_allclose(
    float(values[0] - values[1]), divergences[1] - divergences[0], atol=1e-10
  )
