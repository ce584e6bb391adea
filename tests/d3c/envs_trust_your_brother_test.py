# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Trust-Your-Brother against its rules, for every position and action."""

import functools
import itertools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from nes_spiel.d3c import envs

STEPS = (0, 1, -1)
CELLS = 6


def chase(predator, prey, coin):
  """Where the predator goes: nearest prey, by walking both ways."""
  for distance in range(1, CELLS):
    ways = [
      step for step in (1, -1) if (predator + step * distance) % CELLS in prey
    ]
    if predator in prey or (ways and distance == 1):
      return predator
    if ways:
      way = ways[0] if len(ways) == 1 or coin else ways[1]
      return (predator + way) % CELLS
  raise AssertionError("no prey")


def next_positions(predator, prey, actions, coin, meeting, order):
  """The rules, read literally: new predator, new prey."""
  goes = chase(predator, prey, coin)
  forbidden = {predator}
  if order == "together" and meeting == "blocked":
    forbidden.add(goes)
  targets = [(p + STEPS[a]) % CELLS for p, a in zip(prey, actions, strict=True)]

  def leaves(i, asked=()):
    """Whether a prey's move succeeds."""
    if not STEPS[actions[i]] or targets[i] in forbidden:
      return False
    if targets[i] == prey[1 - i]:  # into the other's cell: it has to go first
      return i not in asked and leaves(1 - i, (*asked, i))
    return not (STEPS[actions[1 - i]] and targets[0] == targets[1])

  # An exchange asks round in a circle, and fails.
  new = tuple(targets[i] if leaves(i) else prey[i] for i in range(2))
  return (goes if order == "together" else chase(predator, new, coin)), new


def rewards_of(predator, prey, actions):
  away = [min((p - predator) % CELLS, (predator - p) % CELLS) for p in prey]
  return [
    -0.1 * (a != 0) - 1.0 * (d <= 1) for a, d in zip(actions, away, strict=True)
  ]


def positions(meeting):
  """All positions; prey are in different cells."""
  for predator, *prey in itertools.product(range(CELLS), repeat=3):
    if prey[0] != prey[1] and (meeting == "share" or predator not in prey):
      yield predator, tuple(prey)


@pytest.mark.parametrize(
  ("meeting", "order"),
  [("blocked", "together"), ("share", "together"), ("blocked", "after")],
)
def test_every_step_is_by_the_rules(meeting, order):
  game = envs.make("trust_your_brother", meeting=meeting, predator_moves=order)
  cases = [
    (*place, actions, coin)
    for place in positions(meeting)
    for actions in itertools.product(range(3), repeat=2)
    for coin in (True, False)
  ]
  predator, prey, actions, coin = (
    np.array(x, np.int32) for x in zip(*cases, strict=True)
  )
  _, state = game.place(0)
  batch = len(cases)
  states = jax.tree.map(
    lambda leaf: np.broadcast_to(leaf, (batch, *leaf.shape)), state
  )._replace(predator=predator, prey=prey)
  draws = np.where(coin, 0.25, 0.75).astype(np.float32)[:, None]
  after = jax.device_get(
    jax.jit(jax.vmap(game.advance))(draws, states, actions)
  )
  expected = [next_positions(*case, meeting, order) for case in cases]
  np.testing.assert_array_equal(after.predator, [goes for goes, _ in expected])
  np.testing.assert_array_equal(after.prey, [new for _, new in expected])
  by_hand = [
    rewards_of(*now, case[2]) for now, case in zip(expected, cases, strict=True)
  ]
  rewards = jax.vmap(game.rewards)(after.events)
  np.testing.assert_allclose(rewards, by_hand, rtol=1e-6)
  moved = after.prey != prey
  np.testing.assert_array_equal(after.events.moved, moved)
  np.testing.assert_array_equal(after.events.attempted, actions != 0)


def best_total(meeting, order):
  """The largest expected total of an episode, by backward induction."""

  @functools.cache
  def value(left, predator, prey):
    if not left:
      return 0.0
    totals = []
    for actions in itertools.product(range(3), repeat=2):
      total = 0.0
      for coin in (True, False):
        after = next_positions(predator, prey, actions, coin, meeting, order)
        total += sum(rewards_of(*after, actions)) / 2
        total += value(left - 1, *after) / 2
      totals.append(total)
    return max(totals)

  return value(5, 0, (2, 3))


@pytest.mark.parametrize("meeting", ["blocked", "share"])
def test_the_maximum_is_minus_one(meeting):
  assert best_total(meeting, "together") == pytest.approx(-1)


def test_a_predator_that_moves_second_cannot_be_shaken_off():
  assert best_total("blocked", "after") < -3


def total(game, near, actions):
  """The total of an episode in which everyone does the same."""
  _, state = game.place(near)
  keys = jax.random.split(jax.random.key(0), 5)

  def one_step(state, key):
    return game.step(key, state, actions)[1:3]

  return jax.lax.scan(one_step, state, keys)[1].sum()


def test_all_stay_and_both_flee():
  game = envs.make("trust_your_brother")
  totals = jax.jit(jax.vmap(lambda *given: total(game, *given)))
  found = totals(jnp.array([0, 0, 1, 1]), jnp.array([[0, 0], [1, 1]] * 2))
  np.testing.assert_allclose(found, [-5, -1] * 2, rtol=1e-6)


def test_starts():
  game = envs.make("trust_your_brother", side="random")
  _, states = jax.jit(jax.vmap(game.reset))(
    jax.random.split(jax.random.key(0), 400)
  )
  found, counts = np.unique(states.prey, axis=0, return_counts=True)
  assert found.tolist() == [[2, 3], [3, 2], [3, 4], [4, 3]]
  assert counts.min() > 70  # of 400 / 4
  for near, prey in (("first", [2, 3]), ("second", [3, 2])):
    fixed = envs.make("trust_your_brother", near=near)
    assert fixed.start(jnp.zeros(2)).prey.tolist() == prey


@pytest.mark.parametrize("normalized", [False, True])
def test_features(normalized):
  """Counter-clockwise less clockwise distance from a prey to the predator."""
  game = envs.make("trust_your_brother", normalized=normalized)
  observations, state = game.place(1)
  scale = 6 if normalized else 1
  # First prey at 3: three cells either way. Second at 2: four against two.
  np.testing.assert_allclose(observations, np.array([[0, 2]] * 2) / scale)
  moved = state._replace(predator=jnp.int32(1), prey=jnp.array([5, 2]))
  np.testing.assert_allclose(
    game.observe(moved), np.array([[2 - 4, 5 - 1]] * 2) / scale
  )
