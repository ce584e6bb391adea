# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Pictures as arrays."""

from collections.abc import Sequence

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Int, UInt8

Color = tuple[int, int, int]
BACKGROUND = (235, 235, 230)
MANY_COLORS = (  # of agents, in their order
  (40, 90, 200),
  (200, 60, 50),
  (230, 160, 30),
  (120, 60, 160),
  (30, 150, 160),
  (220, 110, 170),
  (110, 80, 50),
  (60, 60, 60),
)
# Of a ring: its edges, in halves of the picture's side, and the part of a cell
# from its middle to where the gap to the next one begins.
RING_OUTSIDE, RING_INSIDE = 0.95, 0.45
CELL_HALF = 0.46


def paint(
  layers: Bool[Array, "k *c"],
  colors: Sequence[Color],
  background: Color = BACKGROUND,
) -> UInt8[Array, "*c 3"]:
  """Returns cells in the colour of the last layer that holds them.

  Args:
    layers: `[k, *c]`, masks of cells.
    colors: k of them.
    background: of cells that no layer holds.
  """
  palette = np.array(colors, np.uint8)
  cells = jnp.broadcast_to(
    np.array(background, np.uint8), (*layers.shape[1:], 3)
  )
  for layer, color in zip(layers, palette, strict=True):
    cells = jnp.where(layer[..., None], _like(color, cells.ndim), cells)
  return cells


def enlarge(cells: UInt8[Array, "a b 3"], scale: int) -> UInt8[Array, "h w 3"]:
  """Returns a picture with `scale` times `scale` pixels to a cell.

  Raises:
    ValueError: a scale below 1.
  """
  if scale < 1:
    raise ValueError(f"scale: expected at least 1, got {scale}.")
  return jnp.repeat(jnp.repeat(cells, scale, 0), scale, 1)


def _like(color: UInt8[np.ndarray, "3"], rank: int) -> UInt8[Array, "*c 3"]:
  """Returns a colour with as many axes as a picture."""
  return jnp.asarray(color).reshape(*[1] * (rank - 1), 3)


def mark(
  picture: UInt8[Array, "h w 3"], faces: Int[Array, "a b"], scale: int
) -> UInt8[Array, "h w 3"]:
  """Returns a picture with a light mark on the side that a cell faces.

  Args:
    picture: `[h, w, 3]`, with `scale` pixels to a cell's side.
    faces: `[a, b]`, 0 for none, 1 to 4 for up, right, down and left.
    scale: as it says.
  """
  axis = np.arange(scale) / scale
  middle, edge = abs(axis + 0.5 / scale - 0.5) < 0.2, axis < 0.25
  up = edge[:, None] & middle[None]
  sides = np.stack([np.rot90(up, -turns) for turns in range(4)])
  none = np.zeros((1, scale, scale), bool)
  masks = jnp.asarray(np.concatenate([none, sides]))[faces]
  pixels = masks.transpose(0, 2, 1, 3).reshape(picture.shape[:2])
  return jnp.where(pixels[..., None], np.uint8(245), picture)


def ring(cells: int, scale: int) -> Int[np.ndarray, "h w"]:
  """Returns which cell of a ring each pixel shows, `cells` for none.

  Cells are counted counter-clockwise, from the one on the right.

  Args:
    cells: of the ring.
    scale: pixels to about a cell's side.
  """
  half = scale * (cells + 2) / 4
  axis = np.arange(int(2 * half)) + 0.5 - half
  x, y = axis[None], -axis[:, None]
  turns = np.arctan2(y, x) / (2 * np.pi) * cells + 0.5
  radius = np.hypot(x, y)
  inside = (radius < RING_OUTSIDE * half) & (radius > RING_INSIDE * half)
  gap = np.abs(turns % 1 - 0.5) > CELL_HALF
  return np.where(inside & ~gap, np.floor(turns).astype(int) % cells, cells)
