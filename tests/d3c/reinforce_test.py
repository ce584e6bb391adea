# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""REINFORCE beside sums by hand, finite differences, and the game's rules."""

import itertools

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.special import softmax

from nes_spiel import d3c
from nes_spiel.d3c import envs, reinforce

KEY = jax.random.key(0)
BROTHERS = envs.make("trust_your_brother", normalized=True)
AGENTS, FEATURES, ACTIONS, TIME = 2, 3, 2, 2


def random_learned(seed, agents, features, actions):
  rng = np.random.default_rng(seed)
  policy = rng.normal(size=(agents, features, actions))
  return policy, rng.normal(size=(agents, features))


def as_episodes(features, actions, rewards):
  return reinforce.Episodes(
    np.asarray(features, np.float32),
    np.asarray(actions, np.int32),
    np.asarray(rewards, np.float32),
  )


def test_gradients_are_the_sums_of_their_definitions():
  time, batch, agents, size, count, gamma = 4, 5, 2, 3, 3, 0.9
  rng = np.random.default_rng(0)
  features = rng.normal(size=(time, batch, agents, size))
  actions = rng.integers(0, count, (time, batch, agents))
  rewards = rng.normal(size=(time, batch, agents))
  policy, value = random_learned(1, agents, size, count)
  up, step = np.zeros_like(policy), np.zeros_like(value)
  for b, n, t in itertools.product(range(batch), range(agents), range(time)):
    seen = features[t, b, n]
    left = sum(gamma ** (s - t) * rewards[s, b, n] for s in range(t, time))
    score = np.eye(count)[actions[t, b, n]] - softmax(seen @ policy[n])
    up[n] += np.outer(seen, score) * (left - seen @ value[n]) / batch
    later = features[t + 1, b, n] @ value[n] if t + 1 < time else 0
    error = rewards[t, b, n] + gamma * later - seen @ value[n]
    step[n] += seen * error / (time * batch)
  learned = reinforce.Learned(jnp.asarray(policy), jnp.asarray(value))
  played = as_episodes(features, actions, rewards)
  found = reinforce.policy_gradient(learned, played, gamma)
  np.testing.assert_allclose(found, up, rtol=1e-4, atol=1e-5)
  found = reinforce.value_step(learned, played, gamma)
  np.testing.assert_allclose(found, step, rtol=1e-4, atol=1e-5)


def tiny_episodes(policy):
  """Yields all episodes of a random game, and their probabilities.

  What agents see in the second step depends on what both did in the first.
  """
  rng = np.random.default_rng(3)
  seen = rng.normal(size=(5, AGENTS, FEATURES))
  worth = rng.normal(size=(5, 4, AGENTS))
  moves = list(itertools.product(range(ACTIONS), repeat=AGENTS))
  for first, second in itertools.product(range(4), repeat=2):
    states, joints = (0, 1 + first), (first, second)
    chance = 1.0
    for state, joint in zip(states, joints, strict=True):
      for n, action in enumerate(moves[joint]):
        chance *= softmax(seen[state, n] @ policy[n])[action]
    features = np.array([[seen[state]] for state in states])
    actions = np.array([[moves[joint]] for joint in joints])
    rewards = [[worth[s, j]] for s, j in zip(states, joints, strict=True)]
    yield chance, features, actions, np.array(rewards)


def test_policy_gradient_is_that_of_the_expected_return():
  """Over all episodes, beside central differences; a value changes nothing."""
  policy, value = random_learned(4, AGENTS, FEATURES, ACTIONS)

  def expected(policy, agent):
    return sum(
      chance * rewards[..., agent].sum()
      for chance, _, _, rewards in tiny_episodes(policy)
    )

  differences = np.zeros_like(policy)
  for index in np.ndindex(*policy.shape):
    shift = np.zeros_like(policy)
    shift[index] = 1e-5
    above, below = (expected(policy + s, index[0]) for s in (shift, -shift))
    differences[index] = (above - below) / 2e-5
  for baseline in (value, np.zeros_like(value)):
    learned = reinforce.Learned(jnp.asarray(policy), jnp.asarray(baseline))
    total = sum(
      chance
      * np.asarray(reinforce.policy_gradient(learned, as_episodes(*rest)))
      for chance, *rest in tiny_episodes(policy)
    )
    np.testing.assert_allclose(total, differences, atol=1e-5)


@pytest.fixture(scope="module")
def played():
  """A thousand episodes of uniform policies."""
  policy = reinforce.Reinforce().start(BROTHERS, KEY).policy
  play = jax.jit(lambda key: reinforce.play(BROTHERS, policy, key, 1000))
  return jax.device_get(play(KEY))


def test_double_precision_draws_the_same():
  policy = reinforce.Reinforce().start(BROTHERS, KEY).policy
  single = reinforce.play(BROTHERS, policy, KEY, 20)
  with jax.enable_x64(True):
    double = reinforce.play(BROTHERS, policy, KEY, 20)
  np.testing.assert_array_equal(single.actions, double.actions)


def test_half_of_the_episodes_start_either_way(played):
  assert played.features.shape == (5, 1000, 2, 2)
  first, second = (BROTHERS.place(near)[0] for near in (0, 1))
  np.testing.assert_array_equal(played.features[0, ::2], [first] * 500)
  np.testing.assert_array_equal(played.features[0, 1::2], [second] * 500)


def test_games_that_start_by_chance_do():
  game = envs.make("trust_your_brother", near="first", side="random")
  policy = reinforce.Reinforce().start(game, KEY).policy
  first = reinforce.play(game, policy, KEY, 400).features[0, :, 0, 0]
  np.testing.assert_array_equal(np.unique(first), [-2, 2])
  assert abs(float((first > 0).mean()) - 0.5) < 0.1


def test_who_is_near_and_on_which_side_are_apart():
  game = envs.make("trust_your_brother", near="random", side="random")
  policy = reinforce.Reinforce().start(game, KEY).policy
  seen = np.asarray(reinforce.play(game, policy, KEY, 400).features)[0, :, 0]
  # The near prey has 2 or -2, by its side, the far one 0 of 3 - 3.
  for turn in (0, 1):
    np.testing.assert_array_equal(np.unique(seen[turn::2, turn]), [-2, 2])
    np.testing.assert_array_equal(seen[turn::2, 1 - turn], 0)


def test_episodes_follow_the_rules(played):
  """A move costs 0.1, and being caught 1; all actions are equally likely."""
  cost = np.where(played.actions > 0, 0.1, 0)
  caught = -played.rewards - cost
  assert (np.isclose(caught, 0) | np.isclose(caught, 1, atol=1e-5)).all()
  assert 0.2 < caught.mean() < 0.8
  shares = [(played.actions == action).mean() for action in range(3)]
  np.testing.assert_allclose(shares, 1 / 3, atol=0.02)


def test_actions_have_their_policys_probabilities():
  logits = jnp.log(jnp.array([[[0.5, 0.0, 0.3, 0.2]]]))
  draws = (jnp.arange(1000, dtype=jnp.float32) + 0.5)[:, None, None] / 1000
  actions = jax.vmap(lambda draw: reinforce._sample(logits, draw))(draws)
  counts = np.bincount(np.ravel(actions), minlength=4)
  np.testing.assert_allclose(counts, [500, 0, 300, 200], atol=1)


def test_a_batch_learns_from_what_agents_receive():
  """Beside its parts; the total return is of rewards before they are mixed."""
  algorithm = reinforce.Reinforce(0.3, 0.2, episodes=6, discount=0.8)
  policy, value = random_learned(5, 2, 2, 3)
  learned = reinforce.Learned(
    jnp.asarray(policy, jnp.float32), jnp.asarray(value, jnp.float32)
  )
  received = jnp.array([[0.9, 0.6], [0.1, 0.4]])
  after, outcome = algorithm.learn(BROTHERS, KEY, learned, received)
  played = reinforce.play(BROTHERS, learned.policy, KEY, 6)
  mixed = np.einsum("ij,tbj->tbi", received, played.rewards)
  # What is handed over is neither lost nor made, in any step.
  np.testing.assert_allclose(mixed.sum(-1), played.rewards.sum(-1), atol=1e-5)
  seen = played._replace(rewards=jnp.asarray(mixed))
  up = reinforce.policy_gradient(learned, seen, 0.8)
  closer = reinforce.value_step(learned, seen, 0.8)
  np.testing.assert_allclose(after.policy, learned.policy + 0.3 * up, rtol=1e-4)
  np.testing.assert_allclose(
    after.value, learned.value + 0.2 * closer, rtol=1e-4
  )
  weights = 0.8 ** np.arange(5)
  returns = (weights[:, None, None] * mixed).sum(0).mean(0)
  np.testing.assert_allclose(outcome.mixed_returns, returns, rtol=1e-4)
  own = played.rewards.sum(0).mean(0)
  np.testing.assert_allclose(outcome.returns, own, rtol=1e-5)


@pytest.mark.parametrize(
  ("options", "message"),
  [
    ({"policy_rate": -0.1}, "policy_rate: expected a number >= 0"),
    ({"value_rate": np.inf}, "value_rate: expected a number >= 0"),
    ({"episodes": 0}, "episodes: expected a whole number >= 1, got 0"),
    ({"discount": 1.1}, "discount: expected a number from 0 to 1, got 1.1"),
  ],
)
def test_options_that_are_refused(options, message):
  with pytest.raises(ValueError, match=message):
    d3c.Reinforce(**options)
