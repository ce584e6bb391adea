# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Random play in an environment, for its tests."""

import jax
import jax.numpy as jnp
import numpy as np


def play(game, steps=60, batch=8, seed=0):
  """Returns a random play in NumPy, with leading axes time and batch.

  Returns:
    Keys, states before the steps, actions, and what steps return.
  """

  def one_step(state, inputs):
    keys, actions = inputs
    after = jax.vmap(game.step)(keys, state, actions)
    return after[1], (jax.random.key_data(keys), state, actions, after)

  def whole(first, keys, actions):
    _, state = jax.vmap(game.reset)(first)
    return jax.lax.scan(one_step, state, (keys, actions))[1]

  keys = jax.random.split(jax.random.key(seed), (steps + 1, batch))
  shape = steps, batch, game.num_agents
  actions = np.random.default_rng(seed).integers(0, game.num_actions, shape)
  actions = jnp.asarray(actions, jnp.int32)
  return jax.device_get(jax.jit(whole)(keys[0], keys[1:], actions))


def all_different(cells):
  """Whether no two agents of `[..., n]` share a cell."""
  return (np.diff(np.sort(cells, -1), axis=-1) > 0).all()
