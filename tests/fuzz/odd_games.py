# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Games that nobody would call ordinary, and gaps in plain float64."""

import numpy as np


def draw_odd_game(rng, shape):
  """Returns payoffs of one of a dozen kinds."""
  game = rng.normal(size=(len(shape), *shape))
  kind = rng.integers(12)
  if kind == 0:
    return game
  if kind == 1:  # ties
    return rng.integers(-2, 3, size=game.shape).astype(float)
  if kind == 2:  # nothing matters
    return np.ones_like(game) * rng.normal()
  if kind == 3:  # clones
    for player, size in enumerate(shape):
      game = np.take(game, rng.integers(0, size, size), axis=player + 1)
    return game
  if kind == 4:  # zero-sum
    return game - game.mean(axis=0)
  if kind == 5:  # one outcome outweighs all
    game.flat[rng.integers(game.size)] = 10.0 ** rng.uniform(3, 12)
    return game
  if kind == 6:  # nearly nothing
    return game * 10.0 ** rng.uniform(-150, -8)
  if kind == 7:  # too much for single precision
    return game * 10.0 ** rng.uniform(8, 140)
  if kind == 8:  # differences lie far down
    return game + 10.0 ** rng.uniform(3, 9)
  if kind == 9:  # players in units of their own
    units = rng.uniform(-8, 8, size=(len(shape), *[1] * len(shape)))
    return game * 10.0**units
  if kind == 10:  # mostly zeros
    return game * (rng.random(game.shape) < 0.1)
  return np.sign(game) * (np.arange(game.size).reshape(game.shape) % 3)


def largest_gains(payoffs, joint, concept):
  """Returns what each player's best deviation gains, positive part, by loops.

  Of CE from one strategy to another.
  """
  gains = []
  for player in range(len(payoffs)):
    own = np.moveaxis(payoffs[player], player, 0).reshape(
      joint.shape[player], -1
    )
    mass = np.moveaxis(joint, player, 0).reshape(joint.shape[player], -1)
    if concept == "cce":
      gain = own @ mass.sum(axis=0) - (own * mass).sum()
    else:
      gain = own @ mass.T - (own * mass).sum(axis=1)
    gains.append(max(gain.max(), 0.0))
  return np.array(gains)
