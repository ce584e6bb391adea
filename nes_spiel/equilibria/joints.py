# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Marginals of joints, their product, and how far two joints are apart."""

import functools
import operator
from typing import Any

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float


def player_marginals(joint: Any, leading: int = 0) -> list[Any]:
  """Returns each player's marginal `[*b, a_p]`, of the kind that `joint` is.

  Args:
    joint: `[*a]`, NumPy or JAX, with `leading` batch axes in front.
    leading: how many batch axes there are.
  """
  axes = range(leading, joint.ndim)
  return [
    joint.sum(axis=tuple(axis for axis in axes if axis != own)) for own in axes
  ]


def marginals(
  joint: Any, size: int | None = None, leading: int = 0
) -> Float[Array, "*b n d"]:
  """Returns each player's marginal, padded with zeros to `[n, size]`.

  Args:
    joint: `[*a]`, NumPy or JAX, with `leading` batch axes in front.
    size: d; the largest number of strategies if None.
    leading: how many batch axes there are.

  Returns:
    `[n, d]`, behind the batch axes, of the kind of array that `joint` is.
  """
  numpy = np if isinstance(joint, np.ndarray) else jnp
  size = max(joint.shape[leading:]) if size is None else size
  rows = [
    numpy.pad(row, [(0, 0)] * leading + [(0, size - row.shape[-1])])
    for row in player_marginals(joint, leading)
  ]
  return numpy.stack(rows, axis=leading)


def product_of_marginals(joint: Any, leading: int = 0) -> Any:
  """Returns the joint of independent play with the same marginals.

  Args:
    joint: `[*a]`, NumPy or JAX, with `leading` batch axes in front.
    leading: how many batch axes there are.
  """
  axes = range(leading, joint.ndim)
  rows = [
    row.reshape(
      *joint.shape[:leading], *(-1 if axis == own else 1 for axis in axes)
    )
    for own, row in zip(axes, player_marginals(joint, leading), strict=True)
  ]
  return functools.reduce(operator.mul, rows)


def total_variation(
  joint: Float[Array, "*a"], other: Float[Array, "*a"]
) -> Float[Array, ""]:
  """Returns the total variation distance of two joints, from 0 to 1."""
  return jnp.sum(jnp.abs(joint - other)) / 2
