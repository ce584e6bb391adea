# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Algorithms 1 and 2 beside NumPy, and what rows never do."""

import dataclasses
import functools

import hypothesis
import hypothesis.strategies as st
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.special import softmax

from nes_spiel import d3c
from nes_spiel.d3c import bandit

KEY = jax.random.key(0)
FREE = {"lowest": -np.inf, "highest": np.inf}
update_all = jax.jit(jax.vmap(d3c.mixing_update, (0, None, 0, 0)))


def iterate(options, states, returns, key=KEY):
  """Yields all states after each row of returns `[time, n]`."""
  for time, given in enumerate(np.asarray(returns, np.float32)):
    keys = jax.random.split(jax.random.fold_in(key, time), len(given))
    states = jax.device_get(update_all(keys, options, states, given))
    yield states


@pytest.mark.parametrize("warm_up", [True, False])
def test_three_trials_by_hand(warm_up):
  """Algorithm 1 line by line, fed with the directions that were drawn."""
  options = d3c.MixingOptions(
    step_size=0.7,
    delta=0.5,
    epsilon=0.02,
    kl_weight=1e-3,
    tau_min=4,
    tau_max=4,
    own_share=0.8,
    lowest=-3.0,
    warm_up=warm_up,
  )
  n, trials, tau = 3, 3, 4
  returns = np.random.default_rng(0).normal(size=(trials * tau, n))
  states = d3c.mixing_start(KEY, options, n)
  path = list(iterate(options, states, returns))
  rows = np.full((n, n), 0.1) + 0.7 * np.eye(n)
  last, moved = np.zeros(n), 0
  for trial in range(trials):
    during = path[trial * tau]
    for i in range(n):
      tried = softmax(np.log(rows[i]) + 0.5 * during.direction[i])
      np.testing.assert_allclose(np.exp(during.log_trial[i]), tried, rtol=1e-5)
      mean = returns[trial * tau : (trial + 1) * tau, i].mean()
      price = max((last[i] - mean) / tau + 0.02, 0)
      gradient = price * during.direction[i]
      gradient[i] -= 1e-3 / rows[i, i]
      if trial or not warm_up:
        moved += price > 0
        logits = np.log(rows[i]) - 0.7 * gradient
        rows[i] = softmax(np.clip(logits, -3, 5))
      last[i] = mean
    after = path[(trial + 1) * tau - 1]
    np.testing.assert_allclose(np.exp(after.log_row), rows, rtol=1e-4)
    np.testing.assert_allclose(after.last_return, last, rtol=1e-5)
    np.testing.assert_array_equal(after.trials, trial + 1)
    np.testing.assert_array_equal(after.elapsed, 0)
  assert moved > 2


def test_trials_are_drawn_as_algorithm_2_says():
  options = d3c.MixingOptions(tau_min=3, tau_max=6)
  state = jax.tree.map(lambda x: x[1], d3c.mixing_start(KEY, options, 4))
  draw = functools.partial(d3c.mixing_trial, options=options, state=state)
  drawn = jax.vmap(lambda key: draw(key))(jax.random.split(KEY, 4000))
  assert set(np.unique(drawn.length)) == {3, 4, 5, 6}
  np.testing.assert_allclose(np.bincount(drawn.length)[3:], 1000, atol=120)
  norms = np.linalg.norm(drawn.direction, axis=1)
  np.testing.assert_allclose(norms, 1, rtol=1e-5)
  # Uniform on the sphere: no mean, and covariance 1 / n.
  direction = np.asarray(drawn.direction)
  np.testing.assert_allclose(direction.mean(0), 0, atol=0.04)
  covariance = direction.T @ direction / len(direction)
  np.testing.assert_allclose(covariance, np.eye(4) / 4, atol=0.02)


@hypothesis.settings(max_examples=30, deadline=None, derandomize=True)
@hypothesis.given(
  st.integers(0, 2**31 - 1),
  st.sampled_from([0.0, 1.0, 1e4]),
  st.sampled_from([0.0, 100.0]),
  st.sampled_from([0.0, 1e-2]),
  st.floats(-1e6, 1e6, width=32),
)
def test_rows_stay_on_the_simplex_and_logits_in_bounds(
  seed, step_size, epsilon, kl_weight, scale
):
  options = d3c.MixingOptions(
    step_size=step_size,
    epsilon=epsilon,
    kl_weight=kl_weight,
    tau_min=1,
    tau_max=1,
    warm_up=False,
  )
  key = jax.random.key(seed)
  returns = scale * np.random.default_rng(seed).normal(size=(6, 3))
  states = d3c.mixing_start(key, options, 3)
  rewards = jnp.asarray(returns[0], jnp.float32)
  for after in iterate(options, states, returns, key):
    for row in (after.log_row, after.log_trial):
      np.testing.assert_allclose(np.exp(row).sum(1), 1, rtol=1e-5)
    # What is between -5 and 5 before a softmax differs by 10 after it.
    assert np.ptp(after.log_row, axis=1).max() <= 10 + 1e-4
    mixed = d3c.mix_rewards(after, rewards)
    size = np.abs(rewards).sum()
    assert abs(float(mixed.sum() - rewards.sum())) <= 1e-5 * size + 1e-30


def test_an_agent_that_keeps_nothing_is_no_division_by_zero():
  """A log A_ii whose exp(-log A_ii) is infinite in single precision."""
  options = d3c.MixingOptions(tau_min=1, tau_max=1, warm_up=False, **FREE)
  states = d3c.mixing_start(KEY, options, 2)
  generous = jnp.array([[-100.0, 0.0], [0.0, -100.0]])
  (after,) = iterate(options, states._replace(log_row=generous), [[-1.0, -2.0]])
  assert np.isfinite(after.log_row).all()
  assert np.abs(after.log_row - generous).max() > 0.1


def test_all_agents_are_told_with_the_reference():
  options = d3c.MixingOptions(reference=7.0, tau_min=1, tau_max=1, **FREE)
  states = d3c.mixing_start(KEY, options, 3)
  received = jnp.array([5.0, -2.0, 30.0])
  found = bandit.update_all(KEY, options, states, received)
  told = d3c.referred_returns(options, states, received)
  expected = update_all(jax.random.split(KEY, 3), options, states, told)
  jax.tree.map(
    lambda x, y: np.testing.assert_allclose(x, y, rtol=1e-5), found, expected
  )


def test_agents_receive_what_the_others_give():
  """Row i is what agent i gives away, not what it receives."""
  rows = np.array([[0.7, 0.2, 0.1], [0.0, 1.0, 0.0], [0.3, 0.3, 0.4]])
  options = d3c.MixingOptions()
  states = d3c.mixing_start(KEY, options, 3, mixing=jnp.asarray(rows))
  kept = states._replace(log_trial=states.log_row)
  rewards = jnp.array([1.0, 10.0, 100.0])
  np.testing.assert_allclose(
    d3c.mix_rewards(kept, rewards), [30.7, 40.2, 40.1], rtol=1e-5
  )


def logit_steps(options, returns, agents=3):
  """Returns how far logits moved in the one trial, up to a constant."""
  states = d3c.mixing_start(KEY, options, agents)
  (after,) = iterate(options, states, returns)
  change = np.asarray(after.log_row) - np.asarray(states.log_row)
  return change - change.mean(1, keepdims=True)


def test_the_factor_that_the_paper_left_out():
  common = {"tau_min": 1, "tau_max": 1, "warm_up": False, "delta": 0.25, **FREE}
  options = d3c.MixingOptions(**common, step_size=0.1)
  full = dataclasses.replace(options, scale_n_over_delta=True)
  returns = [[-1.0, -2.0, -0.5]]
  printed = logit_steps(options, returns)
  assert np.abs(printed).min(1).max() > 1e-3
  np.testing.assert_allclose(
    logit_steps(full, returns), 3 / 0.25 * printed, rtol=1e-2
  )


def test_with_the_factor_the_estimate_is_unbiased():
  """Returns that fall linearly in the perturbation have a known gradient."""
  options = d3c.MixingOptions(
    delta=0.5, epsilon=10.0, scale_n_over_delta=True, tau_min=2, tau_max=5
  )
  slope = np.array([1.0, -2.0, 0.5, 0.0], np.float32)
  state = jax.tree.map(lambda x: x[0], d3c.mixing_start(KEY, options, 4))

  def estimate(trial, sign):
    """Of a direction and its opposite, so that epsilon's part cancels."""
    trial = trial._replace(direction=sign * trial.direction)
    rate = options.delta * jnp.dot(slope, trial.direction)
    fall = rate * trial.length.astype(jnp.float32)
    return bandit._gradient(options, trial._replace(mean_return=-fall))

  def pair(key):
    trial = d3c.mixing_trial(key, options, state)
    return (estimate(trial, 1.0) + estimate(trial, -1.0)) / 2

  estimates = jax.vmap(pair)(jax.random.split(KEY, 20_000))
  np.testing.assert_allclose(estimates.mean(0), slope, atol=0.05)


def test_an_agent_moves_only_if_its_own_return_falls():
  """And knows nothing of what the others receive."""
  options = d3c.MixingOptions(tau_min=1, tau_max=1, **FREE)
  states = d3c.mixing_start(KEY, options, 2)
  _, falls = iterate(options, states, [[0.0, 0.0], [-1.0, 5.0]])
  _, stays = iterate(options, states, [[0.0, 9.0], [-1.0, -9.0]])
  first = np.log([[0.99, 0.01], [0.01, 0.99]])
  assert np.abs(falls.log_row[0] - first[0]).max() > 1e-2
  np.testing.assert_allclose(falls.log_row[1], first[1], rtol=1e-5)
  assert np.abs(stays.log_row[1] - first[1]).max() > 1e-2
  np.testing.assert_array_equal(falls.log_row[0], stays.log_row[0])


def test_with_the_epsilon_for_coins_rows_walk_at_random():
  """Table 1's 100 outweighs returns of Coins, with 5 coins an episode."""
  options = d3c.MixingOptions(
    step_size=1e-3, epsilon=100.0, kl_weight=1e-6, tau_min=5, tau_max=10
  )
  states = d3c.mixing_start(KEY, options, 2)
  rng = np.random.default_rng(0)
  (*_, first), (*_, second) = (
    iterate(options, states, rng.uniform(-5, 5, (200, 2))) for _ in range(2)
  )
  moved = np.abs(first.log_row - states.log_row).max()
  assert moved > 0.1
  assert np.abs(first.log_row - second.log_row).max() < 0.02 * moved


def test_a_reference_stays_with_who_earned_it():
  """What agents are told is c + A~^T (G - c), with rows of a trial."""
  options = d3c.MixingOptions(reference=7.0)
  rows = jnp.array([[0.6, 0.1, 0.3], [0.2, 0.7, 0.1], [0.3, 0.3, 0.4]])
  states = d3c.mixing_start(KEY, options, 3, mixing=rows)
  earned = np.array([5.0, -2.0, 30.0], np.float32)
  mixed = d3c.mix_rewards(states, jnp.asarray(earned))
  told = d3c.referred_returns(options, states, mixed)
  trial = np.exp(states.log_trial)
  np.testing.assert_allclose(told, 7 + trial.T @ (earned - 7), rtol=1e-5)
  np.testing.assert_allclose(told.sum(), earned.sum(), rtol=1e-5)
  without = d3c.referred_returns(d3c.MixingOptions(), states, mixed)
  np.testing.assert_array_equal(without, mixed)
  # Where all returns are c giving costs nothing.
  equal = d3c.mix_rewards(states, jnp.full(3, 7.0))
  np.testing.assert_allclose(
    d3c.referred_returns(options, states, equal), 7, rtol=1e-6
  )


def test_the_first_trial_is_compared_with_nothing():
  """As printed it is with 0, which only a loss falls short of."""
  lengths = {"tau_min": 1, "tau_max": 1, **FREE}
  returns = [[-5.0, 5.0, -5.0]]
  warm = logit_steps(d3c.MixingOptions(**lengths), returns)
  printed = logit_steps(d3c.MixingOptions(**lengths, warm_up=False), returns)
  np.testing.assert_array_equal(warm, 0)
  moved = np.abs(printed).max(1)
  assert (moved[[0, 2]] > 0.1).all()
  assert moved[1] < 1e-5


def test_mavericks_keep_what_is_theirs():
  options = d3c.MixingOptions(
    step_size=10.0, tau_min=1, tau_max=2, warm_up=False, kl_weight=0.1
  )
  states = d3c.mixing_start(KEY, options, 4, opts_in=[True, False, True, True])
  rewards = jnp.array([-1.0, -3.0, 2.0, 0.5])
  returns = np.random.default_rng(1).normal(size=(10, 4)) * 9
  first = np.exp(states.log_row)
  for after in iterate(options, states, returns):
    for log_rows in (after.log_row, after.log_trial):
      rows = np.exp(log_rows)
      np.testing.assert_array_equal(rows[1], [0, 1, 0, 0])
      np.testing.assert_array_equal(rows[:, 1], [0, 1, 0, 0])
      np.testing.assert_allclose(rows.sum(1), 1, rtol=1e-5)
    mixed = d3c.mix_rewards(after, rewards)
    assert float(mixed[1]) == -3
    np.testing.assert_allclose(mixed.sum(), rewards.sum(), atol=1e-5)
  assert np.abs(np.exp(after.log_row) - first).max() > 0.1


@pytest.mark.usefixtures("unchecked")
def test_what_is_not_mapped_over_is_refused():
  states = d3c.mixing_start(KEY, d3c.MixingOptions(), 3)
  with pytest.raises(ValueError, match=r"state: .* one agent, got \(3,\)"):
    d3c.mixing_update(KEY, d3c.MixingOptions(), states, jnp.zeros(3))
  for shape in ((3, 3), (2,), (5, 3)):
    with pytest.raises(ValueError, match=r"rewards: expected one of each"):
      d3c.mix_rewards(states, jnp.zeros(shape))


def test_runs_and_agents_are_mapped_over():
  """A batch of runs gives what each gives alone."""
  options = d3c.MixingOptions(tau_min=1, tau_max=3)
  keys = jax.random.split(KEY, 5)
  start = functools.partial(d3c.mixing_start, options=options, num_agents=3)
  together = jax.vmap(lambda key: start(key))(keys)
  returns = np.random.default_rng(2).normal(size=(5, 3)).astype(np.float32)
  inner = jax.vmap(d3c.mixing_update, (0, None, 0, 0))
  later = jax.random.split(jax.random.key(1), (5, 3))
  after = jax.vmap(inner, (0, None, 0, 0))(later, options, together, returns)
  alone = inner(later[3], options, start(keys[3]), returns[3])
  jax.tree.map(
    lambda x, y: np.testing.assert_allclose(x[3], y, rtol=1e-5), after, alone
  )


@pytest.mark.parametrize(
  ("options", "message"),
  [
    ({"step_size": -1.0}, "step_size: expected a number >= 0"),
    ({"epsilon": np.nan}, "epsilon: expected a number >= 0"),
    ({"kl_weight": -1e-9}, "kl_weight: expected a number >= 0"),
    ({"delta": 0.0}, "delta: expected a number > 0, got 0.0"),
    ({"tau_min": 0}, "tau_min: expected a whole number >= 1, got 0"),
    ({"tau_min": 9, "tau_max": 8}, "tau_max: expected a whole number >= 9"),
    ({"reference": np.inf}, "reference: expected a number .* got inf"),
    ({"own_share": 1.0}, "own_share: expected a number between 0 and 1"),
    ({"lowest": 0.0}, "lowest, highest: expected numbers on either side of 0"),
  ],
)
def test_options_that_are_refused(options, message):
  with pytest.raises(ValueError, match=message):
    d3c.MixingOptions(**options)


@pytest.mark.parametrize(
  ("arguments", "message"),
  [
    ({"num_agents": 0}, "num_agents: expected a whole number >= 1"),
    ({"opts_in": [True]}, "opts_in: expected 2 booleans"),
    ({"mixing": np.eye(3)}, r"mixing: expected shape \(2, 2\)"),
    ({"mixing": np.full((2, 2), 0.6)}, "every row should be a distribution"),
    ({"mixing": np.eye(2)[::-1]}, "give something to themselves"),
    (
      {"mixing": np.full((2, 2), 0.5), "opts_in": [True, False]},
      "nothing to those who do not opt in",
    ),
  ],
)
def test_starts_that_are_refused(arguments, message):
  options = d3c.MixingOptions()
  with pytest.raises(ValueError, match=message):
    d3c.mixing_start(KEY, options, **{"num_agents": 2, **arguments})
