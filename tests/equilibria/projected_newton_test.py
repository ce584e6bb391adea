# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""From any start the projected Newton method ends at the same solution."""

import dataclasses

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from nes_spiel import equilibria
from nes_spiel.equilibria import Status, dual
from nes_spiel.equilibria.projected_newton import projected_newton

pytestmark = pytest.mark.usefixtures("x64")

GAMES = 8
# CE at 9x8 is solved without a matrix.
KINDS = [
  ("ce", (3, 4), False),
  ("ce", (9, 8), False),
  ("cce", (2, 3, 4), False),
  ("cce", (3, 5), True),
]
SELECTIONS = {
  "ME": equilibria.MaximumEntropy(),
  "MU": equilibria.MaximumWelfare(),
  "MS": equilibria.MaximumStrength(),
  "ME, epsilon": equilibria.MaximumEntropy(target_epsilon=0.3),
}


def solve(payoffs, selection, concept, start=None):
  """Returns solution, joint and problem; `start` as `solve_dual` takes it."""
  problem, _ = equilibria.standardized_problem(payoffs, selection, concept)
  solution = equilibria.solve_dual(problem, 1e-10, 200, start)
  return solution, equilibria.primal_joint(problem, solution.duals), problem


@pytest.mark.parametrize(("concept", "shape", "shared"), KINDS)
def test_agrees_with_the_interior_point(
  concept, shape, shared, random_games, state, solve_problems
):
  selections = [equilibria.MaximumStrength(shared_epsilon=True)]
  problems = [
    state(game, selection, concept)
    for selection in (selections if shared else SELECTIONS.values())
    for game in random_games(0, GAMES, shape)
  ]
  mask = problems[0].dual_mask
  starts = np.random.default_rng(1).exponential(
    size=(len(problems), *mask.shape)
  )
  starts[::2] = 0.0
  expected, _, reference = solve_problems(problems)
  joints, _, solution = solve_problems(problems, starts=starts)
  assert (reference.status == Status.CONVERGED).all()
  assert (solution.status == Status.CONVERGED).all()
  assert (solution.residual <= 1e-10).all()
  assert (solution.duals >= 0).all()
  assert not solution.duals[:, ~mask].any()
  # Both to a residual of 1e-10; curvature may be as small as 1e-4.
  np.testing.assert_allclose(joints, expected, atol=1e-6)
  for problem, duals, residual in zip(
    problems, solution.duals, solution.residual, strict=True
  ):
    gradient = dual.dual_gradient(problem, jnp.asarray(duals))
    recomputed = dual.residual(problem, jnp.asarray(duals), gradient)
    np.testing.assert_allclose(residual, recomputed, atol=1e-12)


def test_at_the_solution_it_takes_no_step(random_games):
  payoffs = random_games(2, 1, (4, 4))[0]
  solved, _, _ = solve(payoffs, equilibria.MaximumEntropy(), "cce")
  again, _, _ = solve(payoffs, equilibria.MaximumEntropy(), "cce", solved.duals)
  assert again.iterations == 0
  np.testing.assert_array_equal(again.duals, solved.duals)


def test_near_the_solution_it_is_quadratic(random_games):
  """A hundredth off: three steps to 1e-10, where digits double per step."""
  payoffs = random_games(3, 16, (6, 6))
  noise = np.random.default_rng(4).normal(size=(16, 2, 6))

  def steps(game, noise):
    solved, _, _ = solve(game, equilibria.MaximumEntropy(), "cce")
    start = solved.duals * (1 + 0.01 * noise)
    again, _, _ = solve(game, equilibria.MaximumEntropy(), "cce", start)
    return again.iterations

  taken = jax.jit(jax.vmap(steps))(payoffs, noise)
  assert np.asarray(taken).max() <= 4
  assert np.median(taken) <= 3


def test_every_step_lowers_the_loss(random_games):
  """Also where whole Newton steps would cycle: zero-sum, a distant start."""
  payoffs = random_games(5, 1, (8, 8))[0]
  payoffs = payoffs - payoffs.mean(0)
  problem, _ = equilibria.standardized_problem(
    jnp.asarray(payoffs), equilibria.MaximumEntropy(), "cce"
  )
  one_step = jax.jit(lambda duals: projected_newton(problem, duals, 1e-12, 1))
  duals, losses, status = jnp.full((2, 8), 20.0), [], Status.MAX_ITERATIONS
  while status == Status.MAX_ITERATIONS:
    losses.append(float(dual.dual_excess(problem, duals)))
    solution = one_step(duals)
    duals, status = solution.duals, solution.status
  assert len(losses) > 5
  assert (np.diff(losses) <= 1e-13).all()


@pytest.mark.parametrize("concept", ["ce", "cce"])
def test_degenerate_games(concept, random_games):
  """Duplicates make the matrix singular, constants make it zero."""
  payoffs = random_games(6, 1, (4, 4))[0]
  duplicate = payoffs.copy()
  duplicate[:, 1], duplicate[:, :, 3] = duplicate[:, 0], duplicate[:, :, 2]
  for game in (duplicate, np.ones((2, 4, 4)), np.zeros((2, 4, 4))):
    mask = equilibria.standardized_problem(
      jnp.asarray(game), equilibria.MaximumEntropy(), concept
    )[0].dual_mask
    start = jnp.where(mask, 0.5, 0)
    solution, joint, _ = solve(
      jnp.asarray(game), equilibria.MaximumEntropy(), concept, start
    )
    _, expected, _ = solve(
      jnp.asarray(game), equilibria.MaximumEntropy(), concept
    )
    assert solution.status == Status.CONVERGED
    np.testing.assert_allclose(joint, expected, atol=1e-6)


def test_status_says_how_it_stopped(random_games):
  payoffs = random_games(7, 1, (4, 4))[0]
  problem, _ = equilibria.standardized_problem(
    jnp.asarray(payoffs), equilibria.MaximumEntropy(), "cce"
  )
  zero = jnp.zeros((2, 4))
  assert projected_newton(problem, zero, 1e-10, 1).status == (
    Status.MAX_ITERATIONS
  )
  # Nothing moves where all payoffs are the same; elsewhere rounding may.
  settled = dataclasses.replace(
    problem, payoffs=jnp.zeros_like(problem.payoffs)
  )
  assert projected_newton(settled, zero, -1.0, 100).status == Status.STALLED
  broken = projected_newton(problem, zero * jnp.nan, 1e-10, 100)
  assert broken.status == Status.NOT_FINITE
  assert broken.iterations == 0


def test_derivatives_do_not_depend_on_the_start(random_games):
  payoffs = jnp.asarray(random_games(8, 1, (3, 4))[0])
  weights = np.random.default_rng(9).normal(size=(3, 4))

  def value(game, start):
    _, joint, _ = solve(game, equilibria.MaximumEntropy(), "ce", start)
    return jnp.sum(joint * weights)

  exact = jax.grad(value)(payoffs, None)
  refined = jax.grad(value)(payoffs, jnp.zeros((2, 4, 4)))
  assert np.abs(exact).max() > 1e-3
  np.testing.assert_allclose(refined, exact, atol=1e-6)
