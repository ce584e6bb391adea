# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Steps and greedification are the maxima they are said to be."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy import optimize

from nes_spiel.equilibria import mirror_descent


@pytest.fixture
def problem():
  rng = np.random.default_rng(0)
  policy, magnet = rng.dirichlet(np.ones(4), 2)
  return np.log(policy), rng.normal(size=4), np.log(magnet)


def maximum(objective):
  """Maximises over the simplex, by its logits."""

  def logs(free):
    logits = np.append(free, 0)
    return logits - np.logaddexp.reduce(logits)

  found = optimize.minimize(lambda free: -objective(logs(free)), np.zeros(3))
  return np.exp(logs(found.x))


@pytest.mark.parametrize(("alpha", "eta"), [(0.3, 0.7), (2.0, 0.1), (0.0, 0.5)])
def test_a_step_maximises(x64, problem, alpha, eta):
  log_policy, values, log_magnet = problem

  def objective(logs):
    policy = np.exp(logs)
    drawn = alpha * policy @ (logs - log_magnet)
    return policy @ values - drawn - policy @ (logs - log_policy) / eta

  step = mirror_descent.magnetic_mirror_descent_step(
    log_policy, values, log_magnet, eta, alpha
  )
  np.testing.assert_allclose(np.exp(step), maximum(objective), atol=1e-5)


def test_greedification_is_where_steps_end(x64, problem):
  log_policy, values, log_magnet = problem
  greedy = mirror_descent.regularized_greedy(values, log_magnet, 0.3)
  for _ in range(200):
    log_policy = mirror_descent.magnetic_mirror_descent_step(
      log_policy, values, log_magnet, 1.0, 0.3
    )
  np.testing.assert_allclose(log_policy, greedy, atol=1e-10)
  by_hand = np.exp(log_magnet + values / 0.3)
  np.testing.assert_allclose(np.exp(greedy), by_hand / by_hand.sum())


def test_without_regularization_the_best_share(x64):
  values = jnp.array([1.0, 3.0, 3.0, 9.0])
  legal = jnp.array([True, True, True, False])
  for greedify in (
    mirror_descent.regularized_greedy,
    jax.jit(mirror_descent.regularized_greedy),
  ):
    greedy = greedify(values, jnp.zeros(4), 0.0, legal)
    np.testing.assert_allclose(np.exp(greedy), [0, 0.5, 0.5, 0])


def test_logarithms_do_not_underflow(x64):
  """A gap of 1e4 over alpha: the probability is 0, its logarithm is right."""
  greedy = mirror_descent.regularized_greedy(
    jnp.array([0.0, 1e3]), jnp.zeros(2), 0.1
  )
  np.testing.assert_allclose(greedy, [-1e4, 0])


def test_schedules(x64):
  step = jnp.asarray(4.0)
  assert mirror_descent.constant(0.3)(step) == 0.3
  assert mirror_descent.inverse_root(3.0)(step) == 1.5
  assert mirror_descent.as_schedule(0.25)(step) == 0.25
  assert mirror_descent.as_schedule(lambda k: 2 * k)(step) == 8
  # A schedule can be an argument of a compiled function.
  rate = mirror_descent.inverse_root(2.0)
  assert jax.jit(lambda schedule, k: schedule(k))(rate, step) == 1


@pytest.mark.parametrize("rate", [0.0, 0.05])
def test_a_moving_magnet_leads_to_the_nash_equilibrium(x64, rate):
  """Of perturbed rock-paper-scissors, (0.4, 0.4, 0.2); a constant one to a QRE.

  The latter's fixed point is softmax(A y / alpha), by the notes of another
  program.
  """
  gains, alpha, eta = (
    jnp.array([[0, -1, 2], [1, 0, -2], [-2, 2, 0.0]]),
    0.5,
    0.1,
  )

  def step(state, _):
    policies, magnets = state
    values = (gains @ jnp.exp(policies[1]), -gains.T @ jnp.exp(policies[0]))
    policies = tuple(
      mirror_descent.magnetic_mirror_descent_step(p, q, m, eta, alpha)
      for p, q, m in zip(policies, values, magnets, strict=True)
    )
    magnets = tuple(
      mirror_descent.moved_magnet(m, p, rate)
      for p, m in zip(policies, magnets, strict=True)
    )
    return (policies, magnets), None

  start = (jnp.log(jnp.array([0.2, 0.5, 0.3])),) * 2
  magnets = (jnp.full(3, -jnp.log(3.0)),) * 2
  (found, _), _ = jax.lax.scan(step, (start, magnets), length=20_000)
  expected = {
    0.0: [0.4386037224, 0.3342151358, 0.2271811418],
    0.05: [0.4, 0.4, 0.2],
  }[rate]
  for policy in found:
    np.testing.assert_allclose(np.exp(policy), expected, atol=1e-8)


def test_a_magnet_keeps_to_what_is_legal(x64):
  legal = np.array([True, True, False])
  policy = jnp.array([np.log(0.9), np.log(0.1), -jnp.inf])
  even = jnp.array([np.log(0.5), np.log(0.5), -jnp.inf])
  for rate, expected in (
    (0.0, [0.5, 0.5]),
    (0.5, [0.75, 0.25]),
    (1.0, [0.9, 0.1]),
  ):
    moved = mirror_descent.moved_magnet(even, policy, rate, legal)
    np.testing.assert_allclose(np.exp(moved), [*expected, 0], atol=1e-12)


def test_nan_is_not_taken_for_nothing_legal(x64):
  scores = jnp.array([[jnp.nan, 1.0, 2.0], [0.0, 0.0, 0.0]])
  legal = jnp.array([[True, True, False], [False, False, False]])
  found = mirror_descent.normalized(scores, legal)
  assert np.isnan(found[0, :2]).all()
  np.testing.assert_array_equal(found[1], -np.inf)


@pytest.mark.parametrize("alpha", [0.0, 0.5])
def test_nan_is_not_greedy_either(x64, alpha):
  values, legal = jnp.array([1.0, jnp.nan, 2.0]), jnp.array([True, True, False])
  found = mirror_descent.regularized_greedy(values, jnp.zeros(3), alpha, legal)
  assert np.isnan(found[:2]).all()


def test_without_its_weight_a_magnet_may_leave_actions_out(x64):
  step = mirror_descent.magnetic_mirror_descent_step
  even, values = jnp.log(jnp.full(2, 0.5)), jnp.array([0.0, 1.0])
  found = step(even, values, jnp.array([0.0, -jnp.inf]), 1.0, 0.0)
  np.testing.assert_allclose(found, jax.nn.log_softmax(values), atol=1e-12)
