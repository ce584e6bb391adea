# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""What every environment promises: shapes, resets, compilation, refusals."""

import functools
import re

import envs_play
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from nes_spiel import d3c
from nes_spiel.d3c import envs

LENGTH = 4
SMALL = {
  "trust_your_brother": {},
  "coins": {"spawn_probability": 0.4, "size": 3},
  "cleanup": {"map": "restricted", "num_agents": 3, "view": 2},
  "harvest_patch": {"preset": "small", "view": 2, "fining": True},
}


def small(name):
  return envs.make(name, **SMALL[name], episode_length=LENGTH)


@pytest.fixture(scope="module", params=envs.NAMES)
def played(request):
  """A game and a random play of ten steps, two and a half episodes."""
  game = small(request.param)
  return game, envs_play.play(game, steps=10, batch=3)


def test_names():
  assert envs.NAMES == (
    "trust_your_brother",
    "coins",
    "cleanup",
    "harvest_patch",
  )
  assert d3c.envs is envs


def test_the_papers_sizes():
  """Sections 3.3 to 3.5 and Appendix F."""
  made = {name: envs.make(name) for name in envs.NAMES}
  agents = {name: game.num_agents for name, game in made.items()}
  assert agents == dict(zip(envs.NAMES, [2, 2, 5, 5], strict=True))
  assert made["coins"].observation_shape == (4, 5, 5)
  assert made["coins"].episode_length == 500
  assert made["trust_your_brother"].episode_length == 5
  assert made["trust_your_brother"].observation_shape == (2,)
  assert made["cleanup"].observation_shape == (5, 15, 15)


def test_shapes_and_kinds(played):
  game, (_, states, _, (observations, after, rewards, done)) = played
  n = game.num_agents
  assert observations.shape == (10, 3, n, *game.observation_shape)
  assert len(game.features) == game.observation_shape[0]
  assert len(game.actions) == game.num_actions == len({*game.actions})
  assert rewards.shape == (10, 3, n)
  assert observations.dtype == rewards.dtype == np.float32
  assert done.shape == (10, 3)
  assert np.isfinite(observations).all()
  for before, later in zip(
    jax.tree.leaves(states), jax.tree.leaves(after), strict=True
  ):
    assert before.shape == later.shape
    assert before.dtype == later.dtype


def test_an_episode_ends_and_the_next_begins(played):
  game, (_, states, _, (observations, after, rewards, done)) = played
  clock = np.arange(10) % LENGTH
  np.testing.assert_array_equal(states.time, np.tile(clock[:, None], (1, 3)))
  np.testing.assert_array_equal(done, states.time == LENGTH - 1)
  # Rewards follow from events, also those of a step that ended an episode.
  ends = jax.tree.map(lambda leaf: leaf[LENGTH - 1], after)
  worth, seen = jax.jit(
    jax.vmap(lambda end: (game.rewards(end.events), game.observe(end)))
  )(ends)
  np.testing.assert_allclose(rewards[LENGTH - 1], worth, rtol=1e-6)
  # Where a step ended one, what is seen is a start.
  np.testing.assert_array_equal(observations[LENGTH - 1], seen)
  assert (ends.time == 0).all()


def test_one_step_is_as_in_a_scan_of_a_batch(played):
  """Under jit; in one game eagerly, which compiles every operation."""
  game, (keys, states, actions, after) = played
  key = jax.random.wrap_key_data(keys[5, 1])
  state, expected = jax.tree.map(
    lambda leaf: jnp.asarray(leaf[5, 1]), (states, after)
  )
  eager = isinstance(game, envs.TrustYourBrother)
  step = game.step if eager else jax.jit(game.step)
  found = step(key, state, jnp.asarray(actions[5, 1]))
  for a, b in zip(*map(jax.tree.leaves, (found, expected)), strict=True):
    np.testing.assert_allclose(a, b, rtol=1e-6)


@pytest.mark.parametrize("name", envs.NAMES)
def test_double_precision_changes_nothing(name, x64):
  """States keep their dtypes, or a scan would refuse them."""
  game = small(name)
  shapes = jax.eval_shape(game.reset, jax.random.key(0))
  actions = jnp.zeros(game.num_agents, jnp.int64)
  after = jax.eval_shape(game.step, jax.random.key(0), shapes[1], actions)
  assert after[:2] == shapes
  dtypes = {leaf.dtype.name for leaf in jax.tree.leaves(after)}
  assert dtypes <= {"bool", "int32", "float32"}


def test_pictures(played):
  game, (_, states, _, _) = played
  state = jax.tree.map(lambda leaf: jnp.asarray(leaf[3, 0]), states)
  drawn = np.asarray(jax.jit(game.render, static_argnums=1)(state, 6))
  assert drawn.dtype == np.uint8
  assert drawn.ndim == 3
  colors = {tuple(pixel) for pixel in drawn.reshape(-1, 3).tolist()}
  assert len(colors) >= 3  # the background and the agents at least
  with pytest.raises(ValueError, match=r"scale.*0"):
    game.render(state, 0)


@functools.cache
def a_state():
  return small("coins").start(jnp.array([0.1, 0.7]))


@pytest.mark.parametrize(
  ("actions", "words"),
  [
    (np.zeros(3, int), r"actions: expected shape \(2,\).*\(3,\)"),
    (np.array([0, 5]), r"actions: expected 0 to 4, got \[0, 5\]"),
    (np.array([-1, 0]), r"actions: expected 0 to 4, got \[-1, 0\]"),
  ],
)
def test_wrong_actions_are_refused(actions, words):
  game, state = small("coins"), a_state()
  with pytest.raises(ValueError, match=words):
    game.step(jax.random.key(0), state, actions)


def test_actions_that_are_no_numbers_are_refused(unchecked):
  game, state = small("coins"), a_state()
  with pytest.raises(ValueError, match=r"actions: expected integers.*float"):
    game.step(jax.random.key(0), state, np.zeros(2))


MAP = ("#####", "#~PA#", "#####")


@pytest.mark.parametrize(
  ("name", "changes", "words"),
  [
    ("chess", {}, "name: expected one of .*'coins'.*'chess'"),
    ("coins", {"preset": "x"}, "preset: expected one of .*'paper'.*'x'"),
    ("coins", {"colour": 1}, "colour: no option of 'coins'.*'collisions'"),
    ("coins", {"num_agents": 3}, "num_agents: no option of 'coins'"),
    ("coins", {"size": 1}, "size: .*from 2 to 100, got 1"),
    ("coins", {"episode_length": 0}, "episode_length: .*>= 1, got 0"),
    ("coins", {"spawn_probability": 1.5}, "spawn_probability: .*0 to 1"),
    (
      "coins",
      {"spawn": "cell", "spawn_probability": 0.6},
      "spawn_probability: .*0.5.*0.6",
    ),
    ("coins", {"spawn": "no"}, "spawn: expected one of .*'attempt'.*'no'"),
    ("coins", {"collisions": 3}, "collisions: .*'share'.*3"),
    ("coins", {"first_cells": "x"}, "first_cells: .*'corners'.*'x'"),
    ("coins", {"loss": float("nan")}, "loss: .*nan"),
    ("trust_your_brother", {"cells": 5}, "cells: .*6.*got 5"),
    ("trust_your_brother", {"near": "x"}, "near: .*'first'.*'x'"),
    ("trust_your_brother", {"meeting": "x"}, "meeting: .*'share'.*'x'"),
    ("trust_your_brother", {"normalized": 1}, "normalized: .*True.*1"),
    ("cleanup", {"map": "x"}, "map: expected one of .*'large'.*'x'"),
    ("cleanup", {"map": ("#", "#")}, "map: .*3 rows"),
    ("cleanup", {"map": ("###", "##", "###")}, "map: .*one length"),
    ("cleanup", {"map": ("", "", "")}, "map: .*at least 3, got ''"),
    ("cleanup", {"map": ("###", "#?#", "###")}, r"map: .*\['\?'\]"),
    ("cleanup", {"map": ("###", "#  ", "###")}, "map: .*walls"),
    ("cleanup", {"map": ("###", "#~#", "###")}, "map: .*'A'"),
    ("cleanup", {"map": MAP}, "num_agents: .*at most 1.*got 5"),
    ("cleanup", {"beam_width": 2}, "beam_width: .*odd.*2"),
    ("cleanup", {"facing": "north"}, "facing: .*'up'.*'north'"),
    ("cleanup", {"depletion": 2.0}, "depletion: .*0 to 1.*2.0"),
    ("cleanup", {"restoration": 0.5}, "restoration: .*0.4.*0.5"),
    ("harvest_patch", {"map": MAP}, "map: expected no cell '~'.*Harvest.*1"),
    ("harvest_patch", {"regrowth_rates": ()}, "regrowth_rates: .*tuple"),
    ("harvest_patch", {"regrowth_rates": (2.0,)}, "regrowth_rates: .*2.0"),
    ("harvest_patch", {"regrowth_radius": 0.5}, "regrowth_radius: .*0.5"),
  ],
)
def test_wrong_options_are_refused(name, changes, words, unchecked):
  with pytest.raises(ValueError, match=re.compile(words, re.DOTALL)):
    envs.make(name, **changes)


def test_maps():
  assert envs.maps.river_and_orchard(1, 2, 3, 1) == (
    "########",
    "#~~ P A#",
    "########",
  )
  text = "".join(envs.maps.patches(2, 3))
  assert text.count("A") == 6 * 13
  with pytest.raises(ValueError, match=r"gap: .*0"):
    envs.maps.patches(1, 1, gap=0)
