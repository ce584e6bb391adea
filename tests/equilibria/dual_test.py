# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""The dual of Eq. 6: values by hand, derivatives by automatic ones."""

import dataclasses

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from nes_spiel import equilibria
from nes_spiel.equilibria import (
  curvature,
  curvature_products,
  dual,
  newton_system,
)

SHAPES = [(2, 3), (2, 3, 2)]
KINDS = [("ce", False), ("cce", False), ("ce", True), ("cce", True)]
CLOSE = {"rtol": 1e-9, "atol": 1e-10}  # double precision

pytestmark = pytest.mark.usefixtures("x64")


@pytest.fixture
def instance(random_games, random_joint, state):
  """Returns a function for a problem with every parameter set, and duals."""

  def build(shape, concept, shared):
    payoffs = random_games(0, 1, shape)[0]
    rng = np.random.default_rng(1)
    selection = equilibria.Selection(
      target_joint=random_joint(1, shape),
      target_epsilon=0.1 * rng.normal(size=len(shape)),
      max_epsilon=2 + rng.uniform(size=len(shape)),
      welfare=rng.normal(size=shape),
      mu=0.7,
      rho=3.0,
      shared_epsilon=shared,
    )
    problem = state(payoffs, selection, concept)
    if shared:  # one epsilon has one range
      problem = dataclasses.replace(
        problem,
        target_epsilon=np.full(len(shape), 0.1),
        max_epsilon=np.full(len(shape), 2.5),
      )
    problem = jax.tree.map(jnp.asarray, problem)
    duals = rng.exponential(0.3, size=problem.dual_mask.shape)
    return problem, jnp.asarray(np.where(problem.dual_mask, duals, 0))

  return build


@pytest.mark.parametrize(("concept", "shared"), KINDS)
@pytest.mark.parametrize("shape", SHAPES)
def test_values_by_hand(shape, concept, shared, instance, gains_by_hand):
  """Eqs. 7 to 10, written with a table of all gains."""
  problem, duals = instance(shape, concept, shared)
  n, joints = len(shape), int(np.prod(shape))
  table = gains_by_hand(np.asarray(problem.payoffs), concept)
  flat = np.asarray(duals).reshape(n, -1)
  reference = np.asarray(problem.reference_logits).reshape(-1)
  logits = reference - np.einsum(
    "pk,pkj->j", flat, table.reshape(n, -1, joints)
  )
  total = np.exp(logits).sum()
  joint = (np.exp(logits) / total).reshape(shape)
  top, target = (
    np.asarray(problem.max_epsilon),
    np.asarray(problem.target_epsilon),
  )
  rho, sums = float(problem.rho), flat.sum(1)
  moved = np.full(n, sums.sum()) if shared else sums
  epsilon = top - (top - target) * np.exp(-moved / rho)
  loss = np.log(total) + (top * sums).sum()
  slack = top - epsilon
  loss += rho * (slack[0] if shared else slack.sum())
  np.testing.assert_allclose(dual.primal_joint(problem, duals), joint, **CLOSE)
  np.testing.assert_allclose(
    dual.primal_epsilon(problem, duals), epsilon, **CLOSE
  )
  np.testing.assert_allclose(dual.dual_loss(problem, duals), loss, **CLOSE)


@pytest.mark.parametrize(("concept", "shared"), KINDS)
@pytest.mark.parametrize("shape", SHAPES)
def test_derivatives_are_the_automatic_ones(shape, concept, shared, instance):
  """Eq. 11, and the Hessian."""
  problem, duals = instance(shape, concept, shared)

  @jax.jit
  def automatic(duals):
    def loss(duals):
      return dual.dual_loss(problem, duals)

    return jax.grad(loss)(duals), jax.hessian(loss)(duals)

  mask = np.asarray(problem.dual_mask)
  gradient, hessian = automatic(duals)
  np.testing.assert_allclose(
    dual.dual_gradient(problem, duals), np.where(mask, gradient, 0), **CLOSE
  )
  both = mask.reshape(-1)[:, None] & mask.reshape(-1)
  np.testing.assert_allclose(
    curvature.dual_hessian(problem, duals),
    np.where(both, np.asarray(hessian).reshape(mask.size, mask.size), 0),
    **CLOSE,
  )
  joint = dual.primal_joint(problem, duals)
  np.testing.assert_array_equal(
    curvature.dual_hessian(problem, duals, joint),
    curvature.dual_hessian(problem, duals),
  )


@pytest.mark.parametrize(("concept", "shared"), KINDS)
@pytest.mark.parametrize("shape", SHAPES)
def test_products_and_blocks_are_those_of_the_matrix(
  shape, concept, shared, instance
):
  problem, duals = instance(shape, concept, shared)
  joint = dual.primal_joint(problem, duals)
  mask = np.asarray(problem.dual_mask)
  vector = np.where(mask, np.random.default_rng(0).normal(size=mask.shape), 0)
  hessian = np.asarray(curvature.dual_hessian(problem, duals))
  actual = curvature_products.hessian_product(
    problem, duals, joint, jnp.asarray(vector)
  )
  np.testing.assert_allclose(
    np.ravel(actual), hessian @ vector.reshape(-1), **CLOSE
  )
  diagonal = curvature_products.hessian_diagonal(problem, duals, joint)
  np.testing.assert_allclose(np.ravel(diagonal), np.diag(hessian), **CLOSE)
  blocks = curvature_products.diagonal_blocks(problem, duals, joint)
  index = curvature_products.by_recommendation(
    jnp.arange(mask.size).reshape(mask.shape)
  )
  exists = np.asarray(curvature_products.by_recommendation(problem.dual_mask))
  for block, rows, real in zip(
    *(x.reshape(-1, *x.shape[2:]) for x in (blocks, index, exists)), strict=True
  ):
    rows = np.asarray(rows)[real]
    np.testing.assert_allclose(
      np.asarray(block)[np.ix_(real, real)],
      hessian[np.ix_(rows, rows)],
      **CLOSE,
    )


@pytest.mark.parametrize("shared", [False, True])
@pytest.mark.parametrize("concept", ["ce", "cce"])
def test_both_ways_of_solving_a_newton_system_agree(
  concept, shared, instance, monkeypatch
):
  problem, duals = instance((3, 4), concept, shared)
  joint = dual.primal_joint(problem, duals)
  rng = np.random.default_rng(1)
  right, diagonal = jnp.asarray(rng.uniform(0.1, 1, (2, *duals.shape)))
  free = problem.dual_mask & jnp.asarray(rng.random(duals.shape) < 0.7)
  system = (problem, duals, joint, right, diagonal, free)
  factored = newton_system.solve(*system)
  monkeypatch.setattr(newton_system, "FACTORED", 0)
  iterated = newton_system.solve(*system)
  assert np.all(np.asarray(iterated)[~np.asarray(free)] == 0)
  np.testing.assert_allclose(iterated, factored, rtol=1e-4)
  matrix = curvature.dual_hessian(problem, duals) + jnp.diag(diagonal.ravel())
  back = (matrix @ iterated.reshape(-1)).reshape(duals.shape)
  error = np.where(free, back - right, 0)
  assert np.abs(error).max() <= 1e-4


@pytest.mark.parametrize("concept", ["ce", "cce"])
@pytest.mark.parametrize("shape", SHAPES)
def test_covariance_is_that_of_the_table_of_gains(
  shape, concept, random_games, random_joint, gains_by_hand
):
  payoffs, joint = random_games(2, 1, shape)[0], random_joint(2, shape)
  table = gains_by_hand(payoffs, concept).reshape(-1, joint.size)
  expected = np.cov(table, aweights=joint.reshape(-1), ddof=0)
  actual = equilibria.gain_covariance(
    jnp.asarray(payoffs), jnp.asarray(joint), concept
  )
  np.testing.assert_allclose(actual, expected, **CLOSE)


@pytest.mark.parametrize(("concept", "shared"), KINDS)
def test_residual_by_hand(concept, shared, instance):
  problem, duals = instance((2, 3), concept, shared)
  gradient = np.asarray(dual.dual_gradient(problem, duals))
  duals = np.array(duals)
  first = tuple(np.argwhere(problem.dual_mask)[0])
  duals[first] = 0.0
  mask = np.asarray(problem.dual_mask)
  expected = np.abs(np.minimum(duals, gradient))[mask].max()
  assert expected > 0.01
  np.testing.assert_allclose(
    dual.residual(problem, jnp.asarray(duals), jnp.asarray(gradient)), expected
  )


@pytest.mark.parametrize("concept", ["ce", "cce"])
def test_the_loss_is_convex(concept, instance):
  problem, duals = instance((2, 3), concept, False)
  spectrum = np.linalg.eigvalsh(curvature.dual_hessian(problem, duals))
  assert spectrum[0] >= -1e-12  # rounding of a matrix of order one
  assert spectrum[-1] > 0.1


def test_excess_keeps_its_meaning_in_single_precision(random_games, state):
  """The loss itself, near rho sum max_epsilon = 8e4, has steps of 0.004."""
  duals = np.abs(np.random.default_rng(0).normal(size=(2, 4))) * 0.1
  problem = state(
    random_games(0, 1, (4, 4))[0], equilibria.MaximumEntropy(), "cce"
  )
  single = jax.tree.map(
    lambda x: x if x.dtype == bool else np.asarray(x, np.float32), problem
  )
  with jax.enable_x64(True):
    loss = equilibria.dual_loss(problem, jnp.asarray(duals))
    excess = dual.dual_excess(problem, jnp.asarray(duals))
    at_zero = equilibria.dual_loss(problem, jnp.zeros_like(duals))
    slope = jax.grad(dual.dual_excess, argnums=1)(problem, jnp.asarray(duals))
  np.testing.assert_allclose(excess, loss - at_zero, atol=1e-9)
  duals = jnp.asarray(duals, np.float32)
  np.testing.assert_allclose(dual.dual_excess(single, duals), excess, atol=1e-6)
  np.testing.assert_allclose(
    jax.grad(dual.dual_excess, argnums=1)(single, duals), slope, atol=1e-6
  )
