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
