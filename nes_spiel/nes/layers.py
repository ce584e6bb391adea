# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Haiku layers: linear mixes of equivariant maps, and normalisation.

Every layer acts on one game, channels last. What is learned belongs to a map's
name or to a channel, never to a player or a strategy.
"""

from collections.abc import Callable, Sequence

import haiku as hk
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float, Int

from nes_spiel.nes import pooling

# The axis over which a batch of games is mapped, for batch statistics.
GAMES = "games"
EPSILON = 1e-5
MEMORY = 20  # steps of a class over which batch moments are averaged
SIZE_CLASSES = 8  # up to 1, 2, 4, ... 128 strategies


class MixMaps(hk.Module):
  """A linear layer of concatenated maps, as the sum of a matrix per map.

  Broadcasting after the product rather than before it computes Eqs. 12, 14 and
  15 with the cost of the pooled tensors.
  """

  def __init__(self, channels: int, gain: float = 1.0, name: str | None = None):
    """Takes the number of output channels and the first weights' gain."""
    super().__init__(name=name)
    self.channels, self.gain = channels, gain

  def __call__(
    self, maps: pooling.Maps, shape: Sequence[int]
  ) -> Float[Array, "n ..."]:
    """Returns the mix, `[n, *shape, channels]`."""
    first = next(iter(maps.values()))
    inputs = first[0].shape[-1]
    deviation = self.gain / (inputs * len(maps)) ** 0.5
    start = hk.initializers.RandomNormal(deviation)
    bias = hk.get_parameter("bias", [self.channels], init=jnp.zeros)
    total = [channelwise(bias, first[0])] * len(first)
    for name, tensors in maps.items():
      weight = hk.get_parameter(name, [inputs, self.channels], init=start)
      products = [tensor @ weight.astype(tensor.dtype) for tensor in tensors]
      total = [x + y for x, y in zip(total, products, strict=True)]
    full = (*shape, self.channels)
    return jnp.stack([jnp.broadcast_to(mixed, full) for mixed in total])


class Normalize(hk.Module):
  """Activations with zero mean and unit variance, then a learned affine map.

  "batch" is masked BatchNorm, each game weighted equally: in training call it
  under a `vmap` with axis name `GAMES`. Means over k strategies have a variance
  like 1 / k, and maxima grow with k, so one running average does not fit all
  sizes: there is one per class of sizes. A batch in training counts for the
  class of its largest game. "game" takes the moments of each game by itself.
  """

  def __init__(self, kind: str, name: str | None = None):
    """Takes "batch" or "game"."""
    super().__init__(name=name)
    self.kind = kind

  def __call__(
    self,
    activations: Float[Array, "n *shape c"],
    exists: Bool[Array, "n *shape"],
    size_class: Int[Array, ""],
    is_training: bool,
  ) -> Float[Array, "n *shape c"]:
    """Returns the normalised activations, zero where nothing exists."""
    channels = activations.shape[-1]
    scale = hk.get_parameter("scale", [channels], init=jnp.ones)
    offset = hk.get_parameter("offset", [channels], init=jnp.zeros)
    exists = exists[..., None]
    if self.kind == "game":
      mean, variance = _moments(activations, exists)
    else:
      mean, variance = self._batch_moments(
        activations, exists, size_class, is_training
      )
    mean, variance, scale, offset = (
      channelwise(x, activations) for x in (mean, variance, scale, offset)
    )
    unit = (activations - mean) * jax.lax.rsqrt(variance + EPSILON)
    return jnp.where(exists, unit * scale + offset, 0)

  def _batch_moments(
    self, activations: Array, exists: Array, size_class: Array, training: bool
  ) -> tuple[Array, Array]:
    """Returns the moments of the batch in training, else the averages."""
    table = [SIZE_CLASSES, activations.shape[-1]]
    means = hk.get_state("mean", table, init=jnp.zeros)
    variances = hk.get_state("variance", table, init=jnp.ones)
    counts = hk.get_state("count", [SIZE_CLASSES], init=jnp.zeros)
    if not training:
      nearest = _nearest_known(counts, size_class)
      return means[nearest], variances[nearest]
    mean = jax.lax.pmean(_moments(activations, exists)[0], GAMES)
    square = jnp.square(activations - channelwise(mean, activations))
    variance = jax.lax.pmean(_moments(square, exists)[0], GAMES)
    row = jax.lax.pmax(size_class, GAMES)
    share = 1 / jnp.minimum(counts[row] + 1, MEMORY)
    hk.set_state("mean", _towards(means, row, mean, share))
    hk.set_state("variance", _towards(variances, row, variance, share))
    hk.set_state("count", counts.at[row].add(1))
    return mean, variance


class NormalizeChannels(hk.Module):
  """Channels with unit mean square, then learned scales (RMSNorm)."""

  def __call__(self, activations: Float[Array, "*s c"]) -> Array:
    """Returns the normalised activations, of the same shape."""
    scale = hk.get_parameter("scale", [activations.shape[-1]], init=jnp.ones)
    square = jnp.mean(jnp.square(activations), axis=-1, keepdims=True)
    unit = activations * jax.lax.rsqrt(square + EPSILON)
    return unit * channelwise(scale, activations)


def repeat(
  layer: Callable[..., tuple[Array, ...]], count: int, name: str
) -> Callable[..., tuple[Array, ...]]:
  """Returns the layer applied some times, each time with its own weights.

  It is compiled once, however often that is.

  Args:
    layer: from some activations to others of the same shapes.
    count: how often.
    name: of its parameters, which have the repeats as first axis.
  """
  return hk.experimental.layer_stack(count, name=name)(layer)


def channelwise(
  vector: Float[Array, " c"], like: Float[Array, "..."]
) -> Float[Array, "... c"]:
  """Returns the vector with the rank and dtype of channels-last activations."""
  return vector.reshape([1] * (like.ndim - 1) + [-1]).astype(like.dtype)


def size_class(strategy_mask: Bool[Array, "n d"]) -> Int[Array, ""]:
  """Returns ceil(log2 of the largest number of strategies), 0 to 7."""
  largest = jnp.max(jnp.sum(strategy_mask, axis=1, dtype=jnp.int32))
  powers = 2 ** np.arange(SIZE_CLASSES - 1, dtype=np.int32)
  return jnp.sum(largest > powers, dtype=jnp.int32)


def _nearest_known(counts: Array, size_class: Array) -> Array:
  """Returns the class with averages that is nearest to the one wanted."""
  distance = jnp.abs(np.arange(SIZE_CLASSES, dtype=np.int32) - size_class)
  known = jnp.where(counts > 0, distance, SIZE_CLASSES)
  return jax.lax.argmin(known, 0, jnp.int32)


def _towards(table: Array, row: Array, new: Array, share: Array) -> Array:
  """Returns the table with a row moved towards a new value."""
  new = jax.lax.stop_gradient(new)
  return table.at[row].add(share * (new - table[row]))


def _moments(activations: Array, exists: Array) -> tuple[Array, Array]:
  """Returns mean and variance of each channel over what exists."""
  axes = tuple(range(activations.ndim - 1))
  count = jnp.maximum(jnp.sum(exists), 1).astype(activations.dtype)
  mean = jnp.sum(jnp.where(exists, activations, 0), axes) / count
  centred = activations - channelwise(mean, activations)
  square = jnp.where(exists, jnp.square(centred), 0)
  return mean, jnp.sum(square, axes) / count
