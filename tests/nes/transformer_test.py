# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Attention by a loop of its own, and what nobody may attend to."""

import haiku as hk
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from nes_spiel.nes import layers, transformer
from nes_spiel.nes.config import HEADS


def attention_by_hand(query, keys, values):
  """Returns one query's `[w]` mean of values `[k, w]`, head by head."""
  heads = np.split(np.arange(len(query)), HEADS)
  mean = np.zeros_like(query)
  for head in heads:
    fit = np.exp(keys[:, head] @ query[head] / np.sqrt(len(head)))
    mean[head] = fit @ values[:, head] / fit.sum()
  return mean


def test_attention(x64):
  rng = np.random.default_rng(0)
  queries = rng.normal(size=(3, 1, 1, 8))
  keys, values = rng.normal(size=(2, 3, 4, 5, 8))
  exists = rng.random((4, 5)) < 0.6
  exists[0, 0] = False
  # Where nothing exists there is something huge, which must not count.
  keys[:, ~exists], values[:, ~exists] = 50, 1e6
  arrays = [jnp.asarray(x) for x in (queries, keys, values, exists[None])]
  seen = transformer._attend(*arrays, (1, 2))
  for row in range(3):
    expected = attention_by_hand(
      queries[row, 0, 0], keys[row, exists], values[row, exists]
    )
    np.testing.assert_allclose(seen[row], expected, atol=1e-12)


def test_channels_are_normalised_one_place_at_a_time():
  activations = np.random.default_rng(0).normal(size=(4, 3, 5)) * 7
  normalize = hk.without_apply_rng(
    hk.transform(lambda x: layers.NormalizeChannels()(x))
  )
  parameters = normalize.init(jax.random.key(0), jnp.asarray(activations))
  seen = normalize.apply(parameters, jnp.asarray(activations))
  for place in np.ndindex(4, 3):
    row = activations[place]
    expected = row / np.sqrt(np.mean(row**2) + layers.EPSILON)
    np.testing.assert_allclose(seen[place], expected, rtol=1e-5)


def test_layers_after_attention_are_four_times_as_wide():
  """Those between its ends, as in the paper of Liu et al. (2024)."""
  mask = jnp.ones((2, 3), bool)
  embed = hk.transform(
    lambda game: transformer.embed_actions(game, mask, (8,), 8)
  )
  shapes = jax.eval_shape(
    embed.init, jax.random.key(0), jnp.zeros((2, 3, 3, 1))
  )
  wide = [x["each"].shape for name, x in shapes.items() if name[-4:] == "wide"]
  assert (8, 32) in wide


@pytest.mark.reference
def test_padding_has_no_gradient_and_makes_no_nan(x64):
  """Neither payoffs that do not exist, nor actions without any play."""
  sizes = (2, 3)
  mask = jnp.asarray(np.arange(4) < np.array(sizes)[:, None])
  embed = hk.without_apply_rng(
    hk.transform(lambda game: transformer.embed_actions(game, mask, (8, 8), 8))
  )
  game = jnp.asarray(np.random.default_rng(0).normal(size=(2, 4, 4, 1)))
  parameters = embed.init(jax.random.key(0), game)

  @jax.jit
  def gradients(parameters, game):
    return jax.grad(lambda *x: jnp.sum(embed.apply(*x) ** 3), argnums=(0, 1))(
      parameters, game
    )

  by_parameter, by_payoff = jax.device_get(gradients(parameters, game))
  assert all(np.isfinite(x).all() for x in jax.tree.leaves(by_parameter))
  assert (by_payoff[:, :2, :3] != 0).all()
  assert np.count_nonzero(by_payoff) == 2 * 2 * 3
