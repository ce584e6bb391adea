# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Random games of mixed sizes, for training.

All games of a step lie in a cube of one size, with strategy masks, so that a
training run compiles once per size of cube.
"""

import functools
from collections.abc import Sequence
from typing import Literal, NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float, Key

from nes_spiel.equilibria import Concept, Selection
from nes_spiel.games import masks, standardization
from nes_spiel.nes.training_selections import sample_selection

Payoffs = Literal["invariant", "uniform"]


class Bucket(NamedTuple):
  """Games that are padded to one cube.

  Attributes:
    smallest: the least value of a game's largest number of strategies.
    size: the most, which is the cube's side.
    batch: games in a step.
    share: of the steps, relative to the other buckets'.
  """

  smallest: int
  size: int
  batch: int
  share: float


class Batch(NamedTuple):
  """Games, in the order that `Network.apply` takes them.

  Attributes:
    payoffs: `[b, n, *d]`, zero where a joint does not exist.
    selection: with a leading b on its arrays.
    strategy_mask: `[b, n, d]`.
  """

  payoffs: Float[Array, "b n ..."]
  selection: Selection
  strategy_mask: Bool[Array, "b n d"]


def sample_batch(
  key: Key[Array, ""],
  bucket: Bucket,
  players: int,
  concept: Concept,
  rows: Sequence[str],
  zero_sum: float,
  cubes: float = 0.5,
  kind: Payoffs = "invariant",
) -> Batch:
  """Samples games of a bucket.

  Args:
    key: consumed.
    bucket: of what sizes, and how many.
    players: n.
    concept: "ce" or "cce".
    rows: of Table 3, see `rows.ROWS`; one is drawn for each game.
    zero_sum: the share of zero-sum games, 0 to 1.
    cubes: the least share of games in which all players have as many
      strategies, 0 to 1.
    kind: "invariant" or "uniform" payoffs, see `Recipe`.
  """
  sizes, payoffs, selections = jax.random.split(key, 3)
  mask = _sample_masks(sizes, bucket, players, cubes)
  exists = jax.vmap(
    lambda row: masks.joint_mask(row, (bucket.size,) * players)
  )(mask)
  games = _sample_payoffs(payoffs, exists, players, zero_sum, kind)
  draw = functools.partial(sample_selection, names=rows, concept=concept)
  selection = jax.vmap(
    lambda key, game, mask: draw(key, payoffs=game, strategy_mask=mask)
  )(jax.random.split(selections, bucket.batch), games, mask)
  return Batch(games, selection, mask)


def _sample_masks(
  key: Array, bucket: Bucket, players: int, cubes: float
) -> Bool[Array, "b n d"]:
  """Samples sizes from 1, one player's at least the bucket's smallest."""
  cube, rest, whose, least = jax.random.split(key, 4)
  shape = (bucket.batch, players)
  sizes = jax.random.randint(rest, shape, 1, bucket.size + 1)
  largest = jax.random.randint(
    least, (bucket.batch, 1), bucket.smallest, bucket.size + 1
  )
  first = jax.random.randint(whose, (bucket.batch, 1), 0, players)
  is_largest = jnp.arange(players)[None] == first
  is_largest |= jax.random.bernoulli(cube, cubes, (bucket.batch, 1))
  sizes = jnp.where(is_largest, largest, jnp.minimum(sizes, largest))
  return jnp.arange(bucket.size)[None, None] < sizes[:, :, None]


def _sample_payoffs(
  key: Array,
  exists: Bool[Array, "b *d"],
  players: int,
  zero_sum: float,
  kind: Payoffs,
) -> Float[Array, "b n *d"]:
  """Samples from the invariant subspace of the L2 norm (Section 4.2).

  Or each element from the uniform distribution with mean zero and unit
  variance, and leaves it so.

  Zero-sum games add up to zero before each player's payoffs are standardised,
  as the meta-games of PSRO often do and random ones never.
  """
  noise, zero = jax.random.split(key)
  batch = exists.shape[0]
  shape = (batch, players, *exists.shape[1:])
  if kind == "uniform":
    payoffs = jax.random.uniform(noise, shape, minval=-1, maxval=1) * 3**0.5
  else:
    payoffs = jax.random.normal(noise, shape)
  centred = payoffs - jnp.mean(payoffs, axis=1, keepdims=True)
  is_zero = jax.random.bernoulli(zero, zero_sum, (batch,))
  is_zero = is_zero.reshape([-1] + [1] * (payoffs.ndim - 1))
  payoffs = jnp.where(is_zero, centred, payoffs)
  if kind == "uniform":
    return jnp.where(exists[:, None], payoffs, 0)
  standardize = jax.vmap(standardization.standardize_tensor, in_axes=(0, None))
  return jax.vmap(lambda game, mask: standardize(game, mask).payoffs)(
    payoffs, exists
  )
