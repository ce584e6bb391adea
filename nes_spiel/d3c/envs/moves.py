# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Moves at once into cells that hold one agent each, and random cells."""

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float, Int


def who_moves(
  cells: Int[Array, " n"],
  targets: Int[Array, " n"],
  order: Float[Array, " n"] | None = None,
) -> Bool[Array, " n"]:
  """Returns whose moves succeed when all move at once.

  A move fails where another agent is in the way and does not leave, where two
  would change places, and where several want one cell: there the first in
  `order` gets it, or nobody if there is no order. Agents that follow each other
  move together.

  Args:
    cells: `[n]`, where agents are, all different.
    targets: `[n]`, where they would go; their own cell to stay.
    order: `[n]`, the smallest goes first; of equal ones the first agent's.

  Returns:
    `[n]`; then all are in different cells again.
  """
  n = len(cells)
  others = ~jnp.eye(n, dtype=bool)
  wants = targets != cells
  rivals = (targets[:, None] == targets[None]) & others & wants[None]
  if order is not None:
    rivals &= before(order)
  follows = (targets[:, None] == cells[None]) & others
  exchanges = follows & follows.T
  moves = wants & ~(rivals | exchanges).any(1)
  # Who does not leave stops the one behind, and so on, n - 1 times at most.
  for _ in range(n - 1):
    moves &= ~(follows & ~moves[None]).any(1)
  return moves


def before(draws: Float[Array, " n"]) -> Bool[Array, "n n"]:
  """Returns `[n, n]`, whether the second one's draw comes before the first's.

  Of equal draws, one in millions, the one with the lower number comes first.

  Args:
    draws: `[n]`.
  """
  lower = np.tril(np.ones((len(draws),) * 2, bool), -1)
  less = draws[None] < draws[:, None]
  return less | ((draws[None] == draws[:, None]) & lower)


def pick(
  allowed: Bool[Array, " c"], draw: Float[Array, ""]
) -> Bool[Array, " c"]:
  """Returns one of the allowed cells at random, as a mask; none of none.

  Args:
    allowed: `[c]`.
    draw: `[]`, uniform in [0, 1).
  """
  return allowed & (
    ranks(allowed) == index_below(allowed.sum(dtype=jnp.int32), draw)
  )


def ranks(allowed: Bool[Array, " c"]) -> Int[Array, " c"]:
  """Returns `[c]`, how many allowed cells come before each cell.

  A product with a triangular matrix: for the few cells that there are, XLA is
  slower at a cumulative sum.
  """
  before = np.triu(np.ones((len(allowed),) * 2, np.float32), 1)
  return (allowed.astype(jnp.float32) @ before).astype(jnp.int32)


def index_below(
  count: Int[Array, ""] | int, draw: Float[Array, "*b"]
) -> Int[Array, "*b"]:
  """Returns random numbers from 0 to count - 1, and 0 for count 0.

  Args:
    count: `[]`, below 2^22, so that float32 rounds nothing up to it.
    draw: `[*b]`, uniform in [0, 1).
  """
  return (draw * jnp.asarray(count, jnp.float32)).astype(jnp.int32)
