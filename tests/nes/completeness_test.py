# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""The maps that are means are all equivariant linear ones of two players.

A linear map commutes with a group of permutations if its matrix is the same
along every orbit of pairs of indices, so there are as many as orbits. These are
counted by Burnside's lemma, the maps by the rank of their matrices.
"""

import itertools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from nes_spiel.nes import pooling

SHAPE = (4, 4)  # four strategies tell all orbits of pairs of pairs apart
WIDEST = max(SHAPE)
MASK = np.array([[strategy < k for strategy in range(WIDEST)] for k in SHAPE])
OFF = MASK[:, :, None] & MASK[:, None, :] & ~np.eye(WIDEST, dtype=bool)

# Where an entry exists, and whose strategies its indices are: the first index
# is a player, who has a joint of all, a strategy or two.
PAYOFFS = np.ones((2, *SHAPE), bool), lambda player: (0, 1)
CCE_DUALS = MASK, lambda player: (player,)
CE_DUALS = OFF, lambda player: (player, player)


def fixed(space, players, permutations):
  """Returns how many of the players' entries a permutation leaves alone."""
  exists, owners = space
  return sum(
    all(
      permutations[owner][strategy] == strategy
      for owner, strategy in zip(owners(entry[0]), entry[1:], strict=True)
    )
    for entry in np.argwhere(exists)
    if entry[0] in players
  )


def orbits(source, target):
  """Returns the orbits of pairs of an entry and one of the first player's."""
  group = list(
    itertools.product(*(itertools.permutations(range(k)) for k in SHAPE))
  )
  total = sum(fixed(source, (0, 1), g) * fixed(target, (0,), g) for g in group)
  assert total % len(group) == 0
  return total // len(group)


@pytest.mark.parametrize(
  ("maps_of", "source", "target"),
  [
    (lambda h: pooling.payoff_maps(h, MASK), PAYOFFS, PAYOFFS),
    (lambda h: pooling.payoff_to_dual_maps(h, MASK), PAYOFFS, CCE_DUALS),
    (lambda h: pooling.cce_dual_maps(h, MASK), CCE_DUALS, CCE_DUALS),
    (lambda h: pooling.ce_dual_maps(h, OFF), CE_DUALS, CE_DUALS),
  ],
  ids=["payoffs", "payoffs to duals", "CCE duals", "CE duals"],
)
def test_means_are_all_linear_maps(maps_of, source, target, x64):
  exists, kept = source[0], target[0][0]

  def means(entries):
    hidden = jnp.zeros(exists.shape).at[exists].set(entries)[..., None]
    return [
      jnp.broadcast_to(tensors[0], (*kept.shape, 1))[kept]
      for name, tensors in maps_of(hidden).items()
      if not name.endswith("max")
    ]

  matrices = jax.jacobian(means)(np.zeros(exists.sum()))
  rank = np.linalg.matrix_rank(np.stack([np.ravel(m) for m in matrices]))
  assert rank == len(matrices) == orbits(source, target)
