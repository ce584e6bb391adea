# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Pytrees as arrays by name, as a checkpoint holds them, and back."""

from collections.abc import Mapping
from typing import Any, TypeVar

import jax
import numpy as np

Tree = TypeVar("Tree")


def tree_to_arrays(tree: Any) -> dict[str, np.ndarray]:
  """Returns the leaves by their path, for example "['norm']['scale']"."""
  leaves, _ = jax.tree_util.tree_flatten_with_path(jax.device_get(tree))
  return {jax.tree_util.keystr(path): np.asarray(leaf) for path, leaf in leaves}


def tree_from_arrays(like: Tree, arrays: Mapping[str, np.ndarray]) -> Tree:
  """Undoes `tree_to_arrays`.

  Args:
    like: a tree of the same structure; its leaves have shapes and dtypes.
    arrays: by path; others than the tree's are ignored.

  Raises:
    ValueError: an array is missing, or has another shape or dtype; says which.
  """

  def take(path: Any, leaf: Any) -> np.ndarray:
    name = jax.tree_util.keystr(path)
    wanted = (np.shape(leaf), np.dtype(leaf.dtype))
    if name not in arrays:
      raise ValueError(f"{name}: missing; expected {wanted[1]}{wanted[0]}.")
    seen = (arrays[name].shape, arrays[name].dtype)
    if seen != wanted:
      raise ValueError(
        f"{name}: expected {wanted[1]}{wanted[0]}, got {seen[1]}{seen[0]}."
      )
    return arrays[name]

  return jax.tree_util.tree_map_with_path(take, like)
