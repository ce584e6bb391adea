# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""The unit sphere, on which designed weights lie (Eqs. 13 and 14)."""

import numpy as np
from jaxtyping import Float


def project(weights: Float[np.ndarray, "*b k"]) -> Float[np.ndarray, "*b k"]:
  """Returns weights of length one (Eq. 13).

  Raises:
    ValueError: some are zero, which has no direction.
  """
  length = np.linalg.norm(weights, axis=-1, keepdims=True)
  if not (length > 0).all():
    raise ValueError(
      "weights: expected some that are not zero, to be projected to the unit "
      f"sphere; got {weights}."
    )
  return weights / length


def tangent(
  gradient: Float[np.ndarray, " k"], weights: Float[np.ndarray, " k"]
) -> Float[np.ndarray, " k"]:
  """Returns the part of a gradient along the sphere (Eq. 14)."""
  return gradient - gradient @ weights / (weights @ weights) * weights


def sample(
  generator: np.random.Generator, count: int, size: int
) -> Float[np.ndarray, "m k"]:
  """Returns vectors from the uniform distribution on the sphere.

  Args:
    generator: advanced.
    count: m.
    size: k.
  """
  return project(generator.normal(size=(count, size)))
