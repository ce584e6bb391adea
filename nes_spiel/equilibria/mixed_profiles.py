# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Expectations where every player mixes strategies independently.

A profile holds one distribution per player, `[n, d]`, zero where a player has
no such strategy. Expectations are multilinear in it: each of these functions is
the derivative of the one before.
"""

import jax.numpy as jnp
from jaxtyping import Array, Float


def expected_payoff(
  payoff: Float[Array, "*a"], profile: Float[Array, "n d"]
) -> Float[Array, ""]:
  """Returns the expectation of one tensor over joint strategies.

  Eq. 1 of Chen et al. (2024), of a payoff, a cost or a social cost.

  Args:
    payoff: `[*a]`.
    profile: `[n, d]`, d the largest number of strategies.
  """
  return _contracted(payoff, profile, ())


def deviation_payoffs(
  payoffs: Float[Array, "n *a"], profile: Float[Array, "n d"]
) -> Float[Array, "n d"]:
  """Returns what each strategy is worth to its player: h of Eq. A4.

  Args:
    payoffs: `[n, *a]`.
    profile: `[n, d]`.

  Returns:
    Payoff units; zero where a player has no such strategy.
  """
  size = profile.shape[1]
  rows = [
    _padded(_contracted(payoff, profile, (player,)), size)
    for player, payoff in enumerate(payoffs)
  ]
  return jnp.stack(rows)


def cross_payoffs(
  payoffs: Float[Array, "n *a"], profile: Float[Array, "n d"]
) -> Float[Array, "n d n d"]:
  """Returns what player i's strategies are worth against j's: g of Eq. A4.

  The derivative of `deviation_payoffs`; g of a player with itself is zero.

  Args:
    payoffs: `[n, *a]`.
    profile: `[n, d]`.

  Returns:
    `[i, strategy of i, j, strategy of j]`, payoff units.
  """
  players, size = profile.shape
  zero = jnp.zeros((size, size), payoffs.dtype)

  def block(i: int, j: int) -> Float[Array, "d d"]:
    if i == j:
      return zero
    pair = _contracted(payoffs[i], profile, (i, j))
    return _padded(pair if i < j else pair.T, size)

  rows = [
    jnp.stack([block(i, j) for j in range(players)], axis=1)
    for i in range(players)
  ]
  return jnp.stack(rows)


def _contracted(
  tensor: Float[Array, "*a"],
  profile: Float[Array, "n d"],
  kept: tuple[int, ...],
) -> Float[Array, "..."]:
  """Returns a tensor averaged over the strategies of all players but some."""
  for player in reversed(range(len(profile))):
    if player not in kept:
      mixed = profile[player, : tensor.shape[player]]
      tensor = jnp.tensordot(tensor, mixed, axes=(player, 0))
  return tensor


def _padded(block: Float[Array, "..."], size: int) -> Float[Array, "..."]:
  """Returns a block with every axis filled up with zeros."""
  return jnp.pad(block, [(0, size - length) for length in block.shape])
