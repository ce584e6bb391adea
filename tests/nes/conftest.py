# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Permutations of games."""

import numpy as np
import pytest


def permute_players(tensor, order):
  """Puts player `order[i]` in place i: on the first axis, and their own."""
  axes = [0, *(1 + np.asarray(order))]
  moved = np.take(tensor, order, axis=0)
  return np.transpose(moved, [*axes, *range(len(axes), tensor.ndim)])


def permute_strategies(tensor, orders, first):
  """Reorders axis `first + p` by `orders[p]`."""
  for player, order in enumerate(orders):
    tensor = np.take(tensor, order, axis=first + player)
  return tensor


@pytest.fixture(scope="session")
def permuted():
  """Returns a function that permutes `[n, *a, ...]` or duals `[n, d, ...]`."""

  def joint_like(tensor, order, orders):
    """Of payoffs or activations: players, then each one's strategies."""
    tensor = permute_strategies(np.asarray(tensor), orders, 1)
    return permute_players(tensor, order)

  def dual_like(duals, order, orders, axes):
    """Of duals with one or two strategy axes."""
    rows = []
    for player in range(len(duals)):
      row = np.asarray(duals[player])
      for axis in range(axes):
        rest = np.arange(len(orders[player]), row.shape[axis])
        whole = np.concatenate([orders[player], rest]).astype(int)
        row = np.take(row, whole, axis=axis)
      rows.append(row)
    return np.stack(rows)[np.asarray(order)]

  return {"joint": joint_like, "dual": dual_like}
