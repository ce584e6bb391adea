# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Networks with random variables, and permutations of games."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from nes_spiel import nes
from nes_spiel.equilibria import MaximumEntropy


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


@pytest.fixture(scope="session")
def random_network():
  """Returns a function to a network whose every variable is random.

  First averages are 0 and 1, first biases 0: a test would not see them.
  """

  def build(config, seed=0):
    network = nes.Network(config)
    shape = (config.players, *(3,) * config.players)
    variables = network.init(
      jax.random.key(seed), jnp.zeros(shape), MaximumEntropy()
    )
    rng = np.random.default_rng(seed)

    def jiggle(path, leaf):
      name, shape = jax.tree_util.keystr(path), leaf.shape
      value = np.asarray(leaf) * rng.uniform(0.5, 1.5, shape)
      if "bias" in name or "offset" in name or "mean" in name:
        value = value + 0.2 * rng.normal(size=shape)
      if "count" in name:
        value = value + 1
      if "output" in name:  # is small at first
        value = 10 * value + 3 * ("bias" in name)
      return np.asarray(value, np.float32)

    return network, jax.tree_util.tree_map_with_path(jiggle, variables)

  return build
