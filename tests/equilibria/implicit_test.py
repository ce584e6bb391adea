# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Implicit derivatives against central differences, and at kinks."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from nes_spiel import equilibria
from nes_spiel.equilibria import dual

GAMES = 50
SHAPES = {"cce": (2, 3, 2), "ce": (3, 3)}
STEP = 1e-5
# Strict complementarity: nothing within a hundred steps of changing sides.
MARGIN = 1e-3

pytestmark = pytest.mark.usefixtures("x64")


def answer(parameters, concept):
  """Joint and epsilons, which are unique, and what tells the active set."""
  selection = equilibria.Selection(
    target_joint=jax.nn.softmax(
      parameters["target"], axis=tuple(range(parameters["target"].ndim))
    ),
    target_epsilon=parameters["target_epsilon"],
    welfare=parameters["welfare"],
    mu=parameters["mu"],
    rho=parameters["rho"],
  )
  problem, game = equilibria.standardized_problem(
    parameters["payoffs"], selection, concept
  )
  solution = equilibria.solve_dual(problem, tolerance=1e-13)
  joint = equilibria.primal_joint(problem, solution.duals)
  epsilon = equilibria.primal_epsilon(problem, solution.duals) / game.scale
  gradient = dual.dual_gradient(problem, solution.duals)
  edge = jnp.where(problem.dual_mask, solution.duals - gradient, jnp.inf)
  return (joint, epsilon), (edge, solution.residual)


def draw_parameters(rng, shape, random_games):
  players = len(shape)
  return {
    "payoffs": 3 * random_games(0, GAMES, shape) + 1,
    "target": rng.normal(size=(GAMES, *shape)),
    "target_epsilon": 0.02 * rng.uniform(size=(GAMES, players)),
    "welfare": rng.normal(size=(GAMES, *shape)),
    "mu": rng.uniform(0.2, 2, size=GAMES),
    "rho": np.where(np.arange(GAMES) % 2, 1e4, 100.0),
  }


@pytest.mark.parametrize("concept", ["cce", "ce"])
def test_finite_differences(concept, random_games):
  rng = np.random.default_rng(0)
  parameters = draw_parameters(rng, SHAPES[concept], random_games)
  value = jax.jit(jax.vmap(lambda p: answer(p, concept)))
  slope = jax.jit(
    jax.vmap(
      lambda p, t: jax.jvp(lambda q: answer(q, concept)[0], (p,), (t,))[1]
    )
  )
  _, (edge, residual) = value(parameters)
  assert float(residual.max()) <= 1e-11
  active = np.asarray(edge > 0)
  for name in ("payoffs", "target", "target_epsilon", "welfare", "mu"):
    tangent = {
      key: rng.normal(size=x.shape) if key == name else np.zeros_like(x)
      for key, x in parameters.items()
    }
    sides = []
    stable = (np.abs(edge) > MARGIN).reshape(GAMES, -1).all(1)
    for sign in (1, -1):
      moved = jax.tree.map(
        lambda x, t, h=sign * STEP: x + h * t, parameters, tangent
      )
      outcome, (moved_edge, _) = jax.device_get(value(moved))
      same = ((moved_edge > 0) == active).reshape(GAMES, -1).all(1)
      stable &= same
      sides.append(outcome)
    assert stable.sum() >= 0.8 * GAMES, name
    derivatives = jax.device_get(slope(parameters, tangent))
    for ahead, behind, exact in zip(*sides, derivatives, strict=True):
      numeric = (ahead - behind) / (2 * STEP)
      error = np.abs(numeric - exact).reshape(GAMES, -1).max(1)
      size = np.abs(exact).reshape(GAMES, -1).max(1)
      # Truncation and rounding of the differences are about 1e-9 and 1e-8.
      assert (error <= 1e-5 * size + 1e-9)[stable].all(), name
      assert size[stable].max() > 1e-3, name


@pytest.mark.parametrize("concept", ["cce", "ce"])
def test_clones_have_the_derivative_of_the_small_game(concept):
  """Duals of clones are not unique; joint and epsilon still are."""
  small = jnp.asarray(np.random.default_rng(1).normal(size=(2, 2, 3)))
  direction = jnp.asarray(np.random.default_rng(2).normal(size=(2, 2, 3)))

  def joint(payoffs):
    selection = equilibria.MaximumEntropy(rho=100.0)
    cloned = jnp.concatenate([payoffs, payoffs[:, 1:]], axis=1)
    problem, _ = equilibria.standardized_problem(cloned, selection, concept)
    solution = equilibria.solve_dual(problem, tolerance=1e-12)
    return equilibria.primal_joint(problem, solution.duals)

  value = jax.jit(joint)
  _, slope = jax.jit(lambda p, t: jax.jvp(joint, (p,), (t,)))(small, direction)
  ahead, behind = (
    value(small + 1e-5 * direction),
    value(small - 1e-5 * direction),
  )
  numeric = (ahead - behind) / 2e-5
  assert np.isfinite(slope).all()
  np.testing.assert_allclose(slope, numeric, atol=1e-6)
  np.testing.assert_allclose(slope[1], slope[2], atol=1e-12)


def test_inactive_games_do_not_depend_on_payoffs():
  """Where no constraint binds, the solution is the target."""
  payoffs = jnp.asarray(np.random.default_rng(3).normal(size=(2, 3, 3)))

  def joint(payoffs, target):
    selection = equilibria.Selection(
      target_joint=target, target_epsilon=jnp.inf
    )
    problem, _ = equilibria.standardized_problem(payoffs, selection, "cce")
    solution = equilibria.solve_dual(problem, tolerance=1e-12)
    return equilibria.primal_joint(problem, solution.duals)

  target = jnp.asarray(np.random.default_rng(4).dirichlet(np.ones(9))).reshape(
    3, 3
  )
  by_payoffs, by_target = jax.jit(jax.jacrev(joint, argnums=(0, 1)))(
    payoffs, target
  )
  np.testing.assert_allclose(by_payoffs, np.zeros((3, 3, 2, 3, 3)), atol=1e-9)
  # d (t / sum t) / dt = I - t 1^T where t sums to 1.
  expected = np.eye(9) - np.asarray(target).reshape(9, 1)
  np.testing.assert_allclose(
    np.asarray(by_target).reshape(9, 9), expected, atol=1e-9
  )
