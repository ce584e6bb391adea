# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""A standardised problem as the channels of the network's first layer."""

import jax.numpy as jnp
from jaxtyping import Array, Bool, Float

from nes_spiel.equilibria.problem import Problem, standardized_welfare
from nes_spiel.equilibria.selection import Selection
from nes_spiel.games import masks
from nes_spiel.nes.config import Input


def input_channels(
  names: tuple[Input, ...],
  payoffs: Float[Array, "n *a"],
  selection: Selection,
  problem: Problem,
) -> Float[Array, "n *a c"]:
  """Returns one channel per name.

  The reference logits, ln target + mu W less their mean, hold all that Eq. 7
  knows of target and welfare. The paper gives the two by themselves: the target
  less uniform on the scale Z, and the standardised welfare (Eqs. 16c, 16d).

  Args:
    names: of `Config.inputs`.
    payoffs: `[n, *a]`, the caller's units.
    selection: the parameters of Eq. 6.
    problem: their standardised problem.

  Returns:
    `[n, *a, c]`, zero where a joint does not exist.
  """
  shape = payoffs.shape[1:]
  exists = masks.joint_mask(problem.strategy_mask, shape)

  def channel(name: Input) -> Array:
    if name == "payoffs":
      return problem.payoffs
    if name == "target_epsilon":
      return problem.target_epsilon.reshape([-1] + [1] * len(shape))
    if name == "reference_logits":
      return _centred(problem.reference_logits, exists)[None]
    if name == "target_joint":
      return _target_channel(selection, exists, payoffs.dtype)[None]
    return _welfare_channel(payoffs, selection, exists)[None]

  channels = [
    jnp.where(exists[None], jnp.broadcast_to(channel(name), payoffs.shape), 0)
    for name in names
  ]
  return jnp.stack(channels, axis=-1)


def _centred(
  tensor: Float[Array, "*a"], exists: Bool[Array, "*a"]
) -> Float[Array, "*a"]:
  """Returns the tensor less its mean over the joints that exist."""
  tensor = jnp.where(exists, tensor, 0)
  return tensor - jnp.sum(tensor) / jnp.sum(exists).astype(tensor.dtype)


def _target_channel(
  selection: Selection, exists: Bool[Array, "*a"], dtype: jnp.dtype
) -> Float[Array, "*a"]:
  """Returns Z_sigma (target - 1 / |A|), Z_sigma 0 for a single joint.

  Z_sigma gives a uniformly drawn distribution unit variance: its elements have
  variance (|A| - 1) / (|A|^2 (|A| + 1)).
  """
  if selection.target_joint is None:
    return jnp.zeros(exists.shape, dtype)
  count = jnp.sum(exists).astype(dtype)
  scale = count * jnp.sqrt((count + 1) / jnp.maximum(count - 1, 1))
  target = jnp.where(exists, jnp.asarray(selection.target_joint, dtype), 0)
  target = target / jnp.sum(target)
  return jnp.where(count > 1, scale * (target - 1 / count), 0)


def _welfare_channel(
  payoffs: Float[Array, "n *a"],
  selection: Selection,
  exists: Bool[Array, "*a"],
) -> Float[Array, "*a"]:
  """Returns the standardised welfare, zero where none is asked for."""
  if selection.mu is None:
    return jnp.zeros(exists.shape, payoffs.dtype)
  return standardized_welfare(payoffs, selection, exists)
