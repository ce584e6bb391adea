# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Games of any shape as cubes with a strategy mask, and back.

Padding happens in NumPy: the padded shape is what JAX compiles for, so a
meta-game that grows by one policy need not compile again.
"""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Bool, Float

from nes_spiel.games import masks, validation


def pad(
  payoffs: Float[np.ndarray, "n *a"], size: int | None = None
) -> tuple[Float[np.ndarray, "n *d"], Bool[np.ndarray, "n d"]]:
  """Returns the game as a cube `[n, d, ..., d]`, and its strategy mask.

  Args:
    payoffs: `[n, *a]`.
    size: d; the largest number of strategies if None.

  Returns:
    The cube, zero where a strategy does not exist, and the mask `[n, d]`.

  Raises:
    ValueError: the payoffs are malformed, or `size` is too small.
  """
  payoffs = np.asarray(validation.check_payoffs(payoffs))
  cube = pad_joint(payoffs, size, leading=1)
  mask = np.zeros((payoffs.shape[0], cube.shape[1]), bool)
  full = masks.full_strategy_mask(payoffs.shape[1:])
  mask[:, : full.shape[1]] = full
  return cube, mask


def pad_joint(
  tensor: Float[np.ndarray, "*shape"], size: int | None = None, leading: int = 0
) -> Float[np.ndarray, "*d"]:
  """Returns a tensor over joint strategies padded with zeros to a cube.

  Args:
    tensor: `[*a]`, or with `leading` axes in front, which are kept.
    size: the cube's side; the longest side if None.
    leading: how many axes are not strategy axes.

  Raises:
    ValueError: `size` is smaller than the tensor.
  """
  shape = tensor.shape[leading:]
  side = max(shape) if size is None else size
  if side < max(shape):
    raise ValueError(
      f"size: the game has {max(shape)} strategies for one player, so a cube "
      f"of side {side} cannot hold it."
    )
  widths = [(0, 0)] * leading + [(0, side - a) for a in shape]
  return np.pad(tensor, widths)


def unpad(
  tensor: np.ndarray, strategy_mask: Bool[np.ndarray, "n d"], leading: int = 0
) -> np.ndarray:
  """Returns the part of a tensor over joint strategies that exists.

  Args:
    tensor: `[d, ..., d]`, or with `leading` axes in front (1 for payoffs).
    strategy_mask: `[n, d]`; strategies need not be the first ones.
    leading: how many axes are not strategy axes.
  """
  mask: Sequence[np.ndarray] = list(np.asarray(strategy_mask))
  for player, row in enumerate(mask):
    axis = leading + player
    kept = np.flatnonzero(row[: tensor.shape[axis]])
    tensor = np.take(tensor, kept, axis=axis)
  return tensor
