# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""A2C with V-trace beside sums by hand, finite differences and the rules.

What learns needs the extra `rl`, and is left out without it.
"""

import dataclasses
import itertools
import sys

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from nes_spiel import d3c
from nes_spiel.d3c import envs, network, unrolls, v_trace

KEY = jax.random.key(0)
COINS = envs.make("coins", size=2, episode_length=8, spawn_probability=0.5)
SMALL = d3c.ActorCritic(hidden=(8,), episodes=4, unroll=4)
WEIGHTS = v_trace.LossWeights(0.9, 0.5, 0.03, sum_over_time=True)


@pytest.fixture
def rlax():
  """Leaves a test out where V-trace's package is not installed."""
  return pytest.importorskip("rlax", reason="needs nes_spiel[rl]")


def random_parameters(seed, algorithm=SMALL, game=COINS):
  """Returns parameters none of which is zero."""
  rng = np.random.default_rng(seed)
  return jax.tree.map(
    lambda x: jnp.asarray(rng.normal(size=x.shape) / 3, jnp.float32),
    algorithm.start(game, KEY).parameters,
  )


def random_unroll(seed, steps=5, agents=2, batch=3, size=4, actions=3):
  """Returns steps of networks that are not those that learn."""
  rng = np.random.default_rng(seed)
  shape = steps, agents, batch

  def normal(*shape):
    return jnp.asarray(rng.normal(size=shape), jnp.float32)

  return unrolls.Unroll(
    seen=normal(*shape, size),
    actions=jnp.asarray(rng.integers(0, actions, shape), jnp.int32),
    log_chosen=-jnp.abs(normal(*shape)),
    rewards=normal(*shape),
    goes_on=jnp.asarray(rng.random((steps, batch)) < 0.7),
    last_seen=normal(agents, batch, size),
  )


def returns_by_hand(values, last_value, rewards, discounts, ratios):
  """V-trace's targets for one environment, by Eq. 1 of IMPALA."""
  steps, cut = len(rewards), np.minimum(ratios, 1)
  following = np.append(values[1:], last_value)
  targets = values.astype(np.float64)
  for first in range(steps):
    for step in range(first, steps):
      weight = np.prod(discounts[first:step] * cut[first:step])
      error = rewards[step] + discounts[step] * following[step] - values[step]
      targets[first] += weight * cut[step] * error
  later = np.append(targets[1:], last_value)
  return targets, cut * (rewards + discounts * later - values)


@pytest.mark.parametrize("on_policy", [True, False])
def test_v_trace_is_its_definition(rlax, on_policy):
  rng = np.random.default_rng(1)
  steps, batch = 6, 4
  values, rewards = rng.normal(size=(2, steps, batch)).astype(np.float32)
  last = rng.normal(size=batch).astype(np.float32)
  discounts = (0.9 * (rng.random((steps, batch)) < 0.8)).astype(np.float32)
  ratios = rng.exponential(size=(steps, batch)).astype(np.float32)
  ratios = np.ones_like(ratios) if on_policy else ratios
  found = v_trace.v_trace(values, last, rewards, discounts, ratios)
  for b in range(batch):
    mine = (x[..., b] for x in (values, last, rewards, discounts, ratios))
    targets, advantages = returns_by_hand(*mine)
    if on_policy:  # returns to the end, or to the value that follows it
      left = last[b]
      for t in reversed(range(steps)):
        left = rewards[t, b] + discounts[t, b] * left
        np.testing.assert_allclose(targets[t], left, rtol=1e-4, atol=1e-5)
    errors = targets - values[:, b]
    np.testing.assert_allclose(found[0][:, b], errors, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(found[1][:, b], advantages, rtol=1e-4, atol=1e-5)


def losses_by_hand(compiled, parameters, unroll, fixed, weights):
  """Each agent's loss with targets that `fixed` parameters fix."""
  (logits, values), _ = jax.device_get(compiled(parameters, unroll))
  found = jax.device_get(compiled(fixed, unroll))
  (old_logits, old), (_, last) = found
  logs, old_logs = (
    x - np.log(np.exp(x).sum(-1, keepdims=True)) for x in (logits, old_logits)
  )
  count, agents, batch = unroll.rewards.shape
  total = np.zeros(agents)
  for n, b in itertools.product(range(agents), range(batch)):
    discounts = weights.discount * np.asarray(unroll.goes_on[:, b], float)
    steps = np.arange(count), n, b, np.asarray(unroll.actions[:, n, b])
    ratios = np.exp(old_logs[steps] - unroll.log_chosen[:, n, b])
    rewards = np.asarray(unroll.rewards[:, n, b])
    targets, advantages = returns_by_hand(
      old[:, n, b], last[n, b], rewards, discounts, ratios
    )
    entropy = -(np.exp(logs) * logs).sum(-1)[:, n, b]
    each = weights.value * (targets - values[:, n, b]) ** 2 / 2
    each = each - advantages * logs[steps] - weights.entropy * entropy
    total[n] += each.sum() if weights.sum_over_time else each.mean()
  return total / batch


@pytest.mark.parametrize("summed", [True, False])
def test_gradients_are_those_of_the_sum_by_hand(rlax, summed):
  """By central differences, targets and advantages kept as they are."""
  net, size = network.Network(3, (5,)), 4
  weights = WEIGHTS._replace(sum_over_time=summed)
  unroll = random_unroll(2, size=size)
  rng = np.random.default_rng(3)
  parameters = jax.tree.map(
    lambda x: jnp.asarray(rng.normal(size=x.shape), jnp.float32),
    network.init_all(net, KEY, size, 2),
  )

  @jax.jit
  def compiled(parameters, unroll):
    return (
      jax.vmap(net.apply, (0, 1), 1)(parameters, unroll.seen),
      jax.vmap(net.apply)(parameters, unroll.last_seen),
    )

  def total(parameters):
    losses = v_trace.losses(net, parameters, unroll, weights)
    return losses.sum(), losses

  gradient, loss = jax.jit(jax.grad(total, has_aux=True))(parameters)
  by_hand = losses_by_hand(compiled, parameters, unroll, parameters, weights)
  np.testing.assert_allclose(loss, by_hand, rtol=1e-4)
  for _ in range(4):
    way = jax.tree.map(
      lambda x: jnp.asarray(rng.normal(size=x.shape), jnp.float32), parameters
    )
    above, below = (
      losses_by_hand(
        compiled,
        jax.tree.map(lambda x, y, s=sign: x + s * 1e-3 * y, parameters, way),
        unroll,
        parameters,
        weights,
      ).sum()
      for sign in (1, -1)
    )
    slopes = jax.tree.map(lambda x, y: (x * y).sum(), gradient, way)
    slope = sum(jax.tree.leaves(slopes))
    np.testing.assert_allclose(slope, (above - below) / 2e-3, rtol=0.02)


def test_agents_start_uniform_and_differ():
  learned = SMALL.start(COINS, KEY)
  seen = jax.random.normal(KEY, (2, 3, 16))
  net = network.Network(COINS.num_actions, SMALL.hidden)
  logits, values = jax.vmap(net.apply)(learned.parameters, seen)
  assert logits.shape == (2, 3, 5)
  assert not logits.any()
  assert not values.any()
  hidden = learned.parameters["mlp/~/linear_0"]["w"]
  assert hidden.shape == (2, 16, 8)
  assert np.abs(hidden[0] - hidden[1]).max() > 0.1


def test_unrolls_follow_the_rules():
  """Rewards follow from events, and likelihoods from what was seen."""
  parameters, net = random_parameters(4), SMALL._network(COINS)
  states = unrolls.first_states(COINS, KEY, 50)
  states, unroll, events = unrolls.play(
    net, COINS, parameters, KEY, states, COINS.episode_length
  )
  assert unroll.seen.shape == (8, 2, 50, 16)
  np.testing.assert_array_equal(
    unroll.goes_on, np.arange(8)[:, None] < [7] * 50
  )
  own, others = np.asarray(events.own), np.asarray(events.others)
  assert own.shape == (2,)
  assert min(own.min(), others.min()) > 0
  rewards = unroll.rewards.sum(0).mean(1)
  np.testing.assert_allclose(
    rewards, own + others - 2 * others[::-1], rtol=1e-4
  )
  # An agent sees itself in one cell, and the other in another.
  planes = np.asarray(unroll.seen).reshape(8, 2, 50, 4, 4)
  np.testing.assert_array_equal(planes[..., :2, :].sum(-1), 1)
  np.testing.assert_array_equal(planes[:, 0, :, 0], planes[:, 1, :, 1])
  logits, _ = jax.vmap(net.apply, (0, 1), 1)(parameters, unroll.seen)
  logs = np.asarray(jax.nn.log_softmax(logits))
  chosen = np.take_along_axis(logs, np.asarray(unroll.actions)[..., None], -1)
  np.testing.assert_allclose(unroll.log_chosen, chosen[..., 0], atol=1e-5)
  shares = np.bincount(np.ravel(unroll.actions), minlength=5) / 800
  np.testing.assert_allclose(shares, np.exp(logs).mean((0, 1, 2)), atol=0.06)


def test_the_greedy_do_what_is_likeliest():
  parameters, net = random_parameters(5), SMALL._network(COINS)
  states = unrolls.first_states(COINS, KEY, 6)
  _, unroll, _ = unrolls.play(net, COINS, parameters, KEY, states, 8, True)
  logits, _ = jax.vmap(net.apply, (0, 1), 1)(parameters, unroll.seen)
  np.testing.assert_array_equal(unroll.actions, np.argmax(logits, -1))
  learned = SMALL.start(COINS, KEY)._replace(parameters=parameters)
  found = SMALL.evaluate(COINS, KEY, learned, 6)
  own, others = found.events
  expected = own + others - 2 * others[::-1]
  np.testing.assert_allclose(found.mixed_returns, expected, rtol=1e-4)
  np.testing.assert_allclose(found.returns, expected, rtol=1e-4)


def test_agents_see_only_what_they_receive(rlax):
  """Who receives the same learns the same bits, whatever others receive."""
  algorithm = dataclasses.replace(SMALL, unroll=8, episodes=25)
  learned = algorithm.start(COINS, KEY)
  learned = learned._replace(parameters=random_parameters(6))
  learn = jax.jit(lambda rows: algorithm.learn(COINS, KEY, learned, rows))
  rows = jnp.array([[1.0, 0.0], [0.3, 0.7]])
  (before, raw), (after, mixed) = learn(jnp.eye(2)), learn(rows)
  for old, new in zip(*map(jax.tree.leaves, (before, after)), strict=True):
    np.testing.assert_array_equal(old[0], new[0])
    assert np.abs(old[1] - new[1]).max() > 0
  # In one unroll the episodes are the same, whatever is received.
  own, others = raw.events
  returns = own + others - 2 * others[::-1]
  assert np.abs(returns).min() > 0.01
  np.testing.assert_allclose(raw.mixed_returns, returns, rtol=1e-4)
  np.testing.assert_allclose(mixed.mixed_returns, rows @ returns, rtol=1e-4)
  np.testing.assert_allclose(mixed.returns, returns, rtol=1e-4)


def test_nothing_is_expected_after_an_episode(rlax):
  """The last step's value error does not look beyond it."""
  learned = SMALL.start(COINS, KEY)._replace(parameters=random_parameters(7))
  update = jax.jit(lambda unroll: SMALL.update(COINS, learned, unroll))
  unroll = random_unroll(8, size=16, actions=5)
  further = unroll._replace(last_seen=unroll.last_seen + 1)
  over = jnp.zeros_like(unroll.goes_on)
  before, after = (update(x._replace(goes_on=over)) for x in (unroll, further))
  jax.tree.map(np.testing.assert_array_equal, before, after)
  goes_on = ~over
  before, after = (
    update(x._replace(goes_on=goes_on)) for x in (unroll, further)
  )
  leaves = zip(*map(jax.tree.leaves, (before, after)), strict=True)
  assert max(np.abs(old - new).max() for old, new in leaves) > 0


TRAINING = {"mode": "cooperative", "record_every": 10}


def test_cooperation_on_a_small_grid_is_learned(rlax):
  """Who shares all rewards leaves the other's coins."""
  game = envs.make("coins", size=2, episode_length=20, spawn_probability=0.2)
  algorithm = d3c.ActorCritic(
    learning_rate=0.005, episodes=16, hidden=(32,), unroll=20
  )
  result = d3c.train_agents(game, algorithm, KEY, 1, batches=300, **TRAINING)
  first, last = result.total_return[0, [0, -1]]
  assert last > first + 1
  own, others = (np.asarray(x)[0].sum(-1) for x in result.events)
  shares = own / (own + others)
  assert shares.shape == (30,)
  assert shares[-1] > 0.8 > 0.6 > shares[0]


def test_a_resumed_training_has_the_same_bits(rlax, tmp_path):
  def run(batches, **options):
    return d3c.train_agents(
      COINS,
      SMALL,
      KEY,
      2,
      batches=batches,
      record_every=5,
      options=d3c.MixingOptions(tau_min=1, tau_max=3),
      **options,
    )

  run(5, folder=tmp_path)
  resumed = run(15, folder=tmp_path, resume=True)
  jax.tree.map(np.testing.assert_array_equal, resumed, run(15))
  assert resumed.events.own.shape == (2, 3, 2)


def test_a_missing_package_is_named_with_its_extra(monkeypatch):
  monkeypatch.setitem(sys.modules, "rlax", None)
  with pytest.raises(ImportError, match=r"pip install 'nes_spiel\[rl\]'"):
    d3c.train_agents(COINS, SMALL, KEY, batches=1, record_every=1)


@pytest.mark.parametrize(
  ("options", "message"),
  [
    ({"learning_rate": -0.1}, "learning_rate: expected a number >= 0"),
    ({"decay": 2}, "decay: expected a number from 0 to 1, got 2"),
    ({"unroll": 0}, "unroll: expected a whole number >= 1, got 0"),
    ({"hidden": (64, 0)}, "hidden: expected a whole number >= 1, got 0"),
    ({"hidden": [64]}, r"hidden: expected a tuple, got \[64\]"),
    ({"momentum": 1}, "momentum: expected a number below 1, got 1"),
    ({"epsilon": 0}, "epsilon: expected a number above 0, got 0"),
  ],
)
def test_what_is_refused(options, message, unchecked):
  with pytest.raises(ValueError, match=message):
    d3c.ActorCritic(**options)


def test_no_episodes_are_refused():
  learned = SMALL.start(COINS, KEY)
  with pytest.raises(ValueError, match=r"episodes: expected .* >= 1, got 0"):
    SMALL.evaluate(COINS, KEY, learned, episodes=0)


def test_first_states_are_the_same_in_double_precision():
  single = unrolls.first_states(COINS, KEY, 5)
  with jax.enable_x64(True):
    double = unrolls.first_states(COINS, KEY, 5)
  np.testing.assert_array_equal(single.cells, double.cells)


def test_unrolls_that_do_not_fit_are_refused():
  with pytest.raises(ValueError, match="expected a divisor of an episode's 8"):
    d3c.ActorCritic(unroll=3).start(COINS, KEY)
  assert d3c.ActorCritic(unroll=100)._unrolls(COINS) == (1, 8)
