# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""`solve` under jit, vmap and grad, in the caller's single precision."""

import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import nes_spiel
from nes_spiel import Status

SHAPE = (2, 2)
# A joint in single precision is known to 1e-7; its derivatives are of order
# one and go through payoffs of order one.
SINGLE = {"rtol": 0, "atol": 5e-6}


@pytest.fixture(scope="module")
def payoffs(random_games):
  return random_games(0, 3, SHAPE).astype(np.float32)


def loss(payoffs, concept="cce"):
  """A function of the joint whose gradient is not zero."""
  joint = nes_spiel.solve(
    payoffs, concept, nes_spiel.MaximumEntropy(rho=100.0)
  ).joint
  return jnp.sum(joint**2 * jnp.arange(4.0).reshape(SHAPE))


@functools.cache
def compiled_gradient(concept="cce"):
  return jax.jit(jax.value_and_grad(lambda x: loss(x, concept)))


def numeric_gradient(payoffs, concept="cce"):
  """Central differences of eager solutions in double precision."""
  weights = np.arange(4.0).reshape(SHAPE)
  basis = np.eye(payoffs.size).reshape(-1, *payoffs.shape)
  steps = np.concatenate([1e-5 * basis, -1e-5 * basis])
  joint = nes_spiel.solve_batch(
    np.float64(payoffs) + steps,
    concept,
    nes_spiel.MaximumEntropy(rho=100.0),
    tolerance=1e-13,
  ).joint
  ahead, behind = np.split((joint**2 * weights).sum((1, 2)), 2)
  return ((ahead - behind) / 2e-5).reshape(payoffs.shape)


def test_jit_returns_ambient_precision_and_measures_the_cast(
  payoffs, largest_gains_by_hand
):
  eager = nes_spiel.solve(payoffs[0], "cce")
  traced = jax.jit(lambda x: nes_spiel.solve(x, "cce"))(payoffs[0])
  assert traced.joint.dtype == traced.duals.dtype == np.float32
  assert isinstance(traced.joint, jax.Array)
  np.testing.assert_allclose(traced.joint, eager.joint, atol=1e-7)
  # The residual is that of the float64 duals, out of float32's reach.
  assert float(traced.residual) <= 1e-9
  assert int(traced.status) == Status.CONVERGED
  true_error = np.abs(np.float64(traced.joint) - eager.joint).sum() / 2
  np.testing.assert_allclose(traced.cast_error, true_error, rtol=1e-3)
  assert 0 < float(traced.cast_error) <= 1e-7
  # The gap is that of the joint as returned.
  gains = largest_gains_by_hand(
    np.float64(payoffs[0]), np.float64(traced.joint), "cce"
  )
  np.testing.assert_allclose(
    traced.gap_sum, np.maximum(gains, 0).sum(), rtol=1e-5
  )
  assert traced.method == "exact"
  np.testing.assert_allclose(traced.marginals(), eager.marginals(), atol=1e-6)


@pytest.mark.parametrize("concept", ["cce", "ce"])
def test_compiled_gradient(concept, payoffs):
  for game in payoffs[:2]:
    _, gradient = compiled_gradient(concept)(game)
    assert gradient.dtype == np.float32
    expected = numeric_gradient(game, concept)
    np.testing.assert_allclose(gradient, expected, **SINGLE)
    assert np.abs(expected).max() > 1e-2


@pytest.mark.reference  # outside jit every primitive is compiled by itself
def test_grad_without_and_around_jit(payoffs):
  _, expected = compiled_gradient()(payoffs[0])
  np.testing.assert_allclose(jax.grad(loss)(payoffs[0]), expected, **SINGLE)
  around = jax.grad(jax.jit(loss))(payoffs[0])
  np.testing.assert_allclose(around, expected, **SINGLE)


@pytest.mark.reference
def test_vmap_of_values_and_of_compiled_gradients(payoffs):
  rows = [compiled_gradient()(game) for game in payoffs]
  values = np.stack([value for value, _ in rows])
  gradients = np.stack([gradient for _, gradient in rows])
  np.testing.assert_allclose(jax.vmap(loss)(payoffs), values, **SINGLE)
  batched = jax.vmap(jax.jit(jax.grad(loss)))
  np.testing.assert_allclose(batched(payoffs), gradients, **SINGLE)


def test_gradients_of_selection_and_epsilon(payoffs, random_joint):
  """In the target, the welfare and mu, of another output than the joint."""
  target = random_joint(0, SHAPE).astype(np.float32)
  welfare = np.array([[1.0, -1.0], [0.5, 2.0]], np.float32)

  def total(target, welfare, mu):
    solution = nes_spiel.solve(
      payoffs[1],
      "cce",
      nes_spiel.Selection(
        target_joint=target, welfare=welfare, mu=mu, rho=100.0
      ),
    )
    return jnp.sum(solution.epsilon) + jnp.sum(solution.joint[0])

  arguments = target, welfare, np.float32(0.7)
  gradients = jax.jit(jax.grad(total, argnums=(0, 1, 2)))(*arguments)
  rng = np.random.default_rng(0)
  for index, argument in enumerate(arguments):
    direction = rng.normal(size=np.shape(argument))
    sides = []
    for sign in (1e-5, -1e-5):
      moved = [np.float64(x) for x in arguments]
      moved[index] = moved[index] + sign * direction
      moved[0] = moved[0] / moved[0].sum()
      solution = nes_spiel.solve(
        payoffs[1],
        "cce",
        nes_spiel.Selection(
          *moved[:1], welfare=moved[1], mu=moved[2], rho=100.0
        ),
        tolerance=1e-13,
      )
      sides.append(solution.epsilon.sum() + solution.joint[0].sum())
    slope = (sides[0] - sides[1]) / 2e-5
    np.testing.assert_allclose(
      np.sum(np.float64(gradients[index]) * direction), slope, **SINGLE
    )
    assert abs(slope) > 1e-3


def test_forward_mode_in_double_precision(payoffs):
  direction = np.random.default_rng(1).normal(size=(2, *SHAPE))
  with jax.enable_x64(True):
    value, slope = jax.jit(lambda x, t: jax.jvp(loss, (x,), (t,)))(
      np.float64(payoffs[0]), direction
    )
    assert value.dtype == np.float64
  expected = np.sum(numeric_gradient(payoffs[0]) * direction)
  np.testing.assert_allclose(slope, expected, rtol=1e-6)  # differences


def test_failures_show_in_the_status(payoffs):
  """Inside jit values cannot be refused, nor spoil other rows."""
  spoilt = np.array(payoffs)
  spoilt[1, 0, 0, 0] = np.nan
  spoilt[2, 0, 0, 0] = np.inf
  solve = jax.jit(lambda x: nes_spiel.solve_batch(x, "cce"))
  solution, clean = solve(spoilt), solve(payoffs)
  np.testing.assert_array_equal(
    solution.status, [Status.CONVERGED, Status.NOT_FINITE, Status.NOT_FINITE]
  )
  np.testing.assert_array_equal(solution.joint[0], clean.joint[0])
  assert (np.asarray(clean.status) == Status.CONVERGED).all()
  assert clean.joint.shape == (3, *SHAPE)
  assert clean.joint.dtype == np.float32
  with pytest.raises(nes_spiel.SolverError, match=r"2 of 3 .*1: NOT_FINITE"):
    solution.check()
  one = jax.jit(lambda x: nes_spiel.solve(x, "cce").status)(spoilt[1])
  assert int(one) == Status.NOT_FINITE


def test_masked_entries_have_no_gradient(payoffs):
  mask = np.array([[True, True], [True, False]])

  def total(payoffs):
    solution = nes_spiel.solve(payoffs, "cce", strategy_mask=mask)
    return jnp.sum(solution.joint[:, 0] ** 2) + solution.welfare

  gradient = np.asarray(jax.jit(jax.grad(total))(payoffs[0]))
  assert np.isfinite(gradient).all()
  np.testing.assert_array_equal(gradient[:, :, 1], np.zeros((2, 2)))
  assert np.abs(gradient[:, :, 0]).max() > 1e-3


def test_an_inactive_target_has_a_finite_gradient(payoffs):
  def total(payoffs):
    solution = nes_spiel.solve(
      payoffs, "cce", nes_spiel.MaximumEntropy(target_epsilon=np.inf)
    )
    return jnp.sum(solution.joint[:, 0] ** 2)

  gradient = jax.jit(jax.grad(total))(payoffs[0])
  np.testing.assert_allclose(gradient, np.zeros((2, 2, 2)), atol=1e-7)


def test_constant_payoffs_have_a_finite_gradient():
  _, gradient = compiled_gradient()(np.full((2, *SHAPE), 0.3, np.float32))
  np.testing.assert_array_equal(gradient, np.zeros((2, *SHAPE)))


def test_traced_only_once_per_shape(payoffs):
  traces = []

  @jax.jit
  def solve(payoffs):
    traces.append(payoffs.shape)
    return nes_spiel.solve(payoffs, "cce").joint

  for game in payoffs:
    solve(game)
  assert traces == [(2, 2, 2)]


def test_tracing_leaves_the_global_precision_alone(payoffs):
  compiled_gradient()(payoffs[0])
  assert not jax.config.jax_enable_x64
  assert (jnp.ones(2) / 3).dtype == np.float32
  assert jax.jit(lambda x: x * 2)(np.float64(1)).dtype == np.float32


def test_host_methods_refuse_tracers(payoffs):
  with pytest.raises(ValueError, match=r'method: "cvxpy" .*; use "exact"'):
    jax.jit(lambda x: nes_spiel.solve(x, method="cvxpy").joint)(payoffs[0])
