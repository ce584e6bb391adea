# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Normalisation by NumPy's own moments, and what a mask keeps out of it."""

import haiku as hk
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from nes_spiel.nes import layers

CHANNELS = 2
TOLERANCE = 1e-4  # single precision, where 100 was subtracted
SIZES = [(3, 5), (2, 2), (4, 1)]


def batch_of_games(side, junk):
  """Returns activations `[b, 2, side, side, c]`, masks `[b, ...]`, classes.

  Where nothing exists there is `junk`, which must not count.
  """
  rng = np.random.default_rng(0)
  activations = np.full((len(SIZES), 2, side, side, CHANNELS), float(junk))
  exists = np.zeros(activations.shape[:-1], bool)
  for row, (first, second) in enumerate(SIZES):
    activations[row, :, :first, :second] = 3 + rng.normal(
      size=(2, first, second, CHANNELS)
    )
    exists[row, :, :first, :second] = True
  classes = np.array([3, 1, 2], np.int32)  # ceil(log2(5)), of 2, of 4
  return activations, exists, classes


def transformed(kind, training):
  """Returns the layer as a pair of init and apply, for one game."""

  def layer(activations, exists, size_class):
    normalize = layers.Normalize(kind)
    return normalize(activations, exists, size_class, training)

  return hk.without_apply_rng(hk.transform_with_state(layer))


def run(kind, training, games, averages=None):
  """Normalises a batch; returns it and the averages, the same in all rows."""
  whole = [jnp.asarray(games[0], jnp.float32), *map(jnp.asarray, games[1:])]
  first = [leaf[0] for leaf in whole]
  layer, at_inference = (transformed(kind, x) for x in (training, False))
  parameters, start = at_inference.init(jax.random.key(0), *first)
  averages = start if averages is None else averages
  return jax.vmap(
    lambda *game: layer.apply(parameters, averages, *game),
    out_axes=(0, None),
    axis_name=layers.GAMES,
  )(*whole)


def moments_by_hand(activations, exists):
  """Returns mean and variance of what exists, every game weighted equally."""
  games = [x[e] for x, e in zip(activations, exists, strict=True)]
  mean = np.mean([game.mean(0) for game in games], axis=0)
  variance = np.mean([((game - mean) ** 2).mean(0) for game in games], axis=0)
  return mean, variance


def test_batch_moments_are_those_of_what_exists():
  games = batch_of_games(5, junk=100)
  mean, variance = moments_by_hand(*games[:2])
  seen, averages = run("batch", True, games)
  expected = (games[0] - mean) / np.sqrt(variance + layers.EPSILON)
  expected = np.where(games[1][..., None], expected, 0)
  np.testing.assert_allclose(seen, expected, atol=TOLERANCE)
  (averages,) = averages.values()
  # The largest game's class, three, has the batch's moments; no other has any.
  np.testing.assert_array_equal(averages["count"], np.eye(8)[3])
  np.testing.assert_allclose(averages["mean"][3], mean, atol=TOLERANCE)
  np.testing.assert_allclose(averages["variance"][3], variance, atol=TOLERANCE)


@pytest.mark.parametrize("kind", ["batch", "game"])
def test_padding_does_not_change_what_exists(kind):
  small, _ = run(kind, True, batch_of_games(5, junk=100))
  large, _ = run(kind, True, batch_of_games(7, junk=-5))
  np.testing.assert_allclose(large[:, :, :5, :5], small, atol=TOLERANCE)
  assert np.count_nonzero(large) == np.count_nonzero(small)


def test_a_game_by_itself_has_zero_mean_and_unit_variance():
  activations, exists, classes = batch_of_games(5, junk=100)
  seen, _ = run("game", False, (activations, exists, classes))
  for game, mask in zip(np.asarray(seen), exists, strict=True):
    np.testing.assert_allclose(game[mask].mean(0), 0, atol=TOLERANCE)
    np.testing.assert_allclose(game[mask].var(0), 1, atol=1e-4)  # EPSILON


def test_inference_takes_the_nearest_class_that_was_trained():
  games = batch_of_games(5, junk=100)
  _, averages = run("batch", True, games)
  mean, variance = moments_by_hand(*games[:2])
  for known in range(3):  # other sizes than those that were trained
    others = (*games[:2], np.full(3, known, np.int32))
    seen, same = run("batch", False, others, averages)
    expected = (games[0] - mean) / np.sqrt(variance + layers.EPSILON)
    np.testing.assert_allclose(
      seen, np.where(games[1][..., None], expected, 0), atol=TOLERANCE
    )
  jax.tree.map(np.testing.assert_array_equal, same, averages)


def test_averages_follow_the_last_steps():
  """The first batches count equally, later ones a twentieth each."""
  games = batch_of_games(5, junk=0)
  averages, means = None, []
  for step in range(30):
    shifted = (games[0] + step, *games[1:])
    _, averages = run("batch", True, shifted, averages)
    means.append(moments_by_hand(*shifted[:2])[0])
    expected = means[0] if step == 0 else expected
    share = 1 / min(step + 1, layers.MEMORY)
    expected = expected + share * (means[-1] - expected)
  ((_, last),) = averages.items()
  np.testing.assert_allclose(last["mean"][3], expected, atol=TOLERANCE)
  assert last["count"][3] == 30


def test_size_classes():
  masks = [np.arange(128) < np.array([[size], [1]]) for size in range(1, 129)]
  seen = jax.vmap(layers.size_class)(jnp.asarray(masks))
  np.testing.assert_array_equal(seen, np.ceil(np.log2(np.arange(1, 129))))
