# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Which strategies and joint strategies of a (padded) payoff tensor exist."""

import functools
import operator
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float


def full_strategy_mask(shape: tuple[int, ...]) -> np.ndarray:
  """Returns the mask `[n, d]` of an unpadded game with joint shape `[*a]`.

  d is the largest number of strategies; player p has the first `a_p` of them.
  """
  return np.arange(max(shape)) < np.asarray(shape)[:, None]


def joint_mask(
  strategy_mask: Bool[Array, "n d"] | Bool[np.ndarray, "n d"],
  shape: tuple[int, ...],
) -> Any:
  """Returns booleans `[*a]`, true where every player's strategy exists.

  In NumPy for a NumPy mask, in JAX for a JAX one.
  """
  n = len(shape)
  axes = [
    strategy_mask[p, : shape[p]].reshape(
      [-1 if q == p else 1 for q in range(n)]
    )
    for p in range(n)
  ]
  return functools.reduce(operator.and_, axes)


def resolve_mask(
  payoffs: Float[Array, "n *a"], strategy_mask: Bool[Array, "n d"] | None
) -> Bool[Array, "n d"]:
  """Returns the mask given, cut to each player's axis; all true if None."""
  full = jnp.asarray(full_strategy_mask(payoffs.shape[1:]))
  return full if strategy_mask is None else jnp.logical_and(strategy_mask, full)


def masked_payoffs(
  payoffs: Float[Array, "n *a"], strategy_mask: Bool[Array, "n d"]
) -> Float[Array, "n *a"]:
  """Returns payoffs with zeros where a joint strategy does not exist."""
  exists = joint_mask(strategy_mask, payoffs.shape[1:])
  return jax.vmap(lambda payoff: jnp.where(exists, payoff, 0))(payoffs)
