# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Deviation gains: what a player wins by leaving its recommendation.

Eqs. 1 to 5 of Marris et al. (2022). A tensor over joint strategies is seen as
player p's matrix, own strategy by joint strategy of the others; then expected
gains need no gain tensor, only products of that matrix:

  CE   A_p(a', a'', a) = [a_p = a''] (G_p(a', a_-p) - G_p(a'', a_-p))      (1)
  CCE  A_p(a', a)      = sum_a'' A_p(a', a'', a) = G_p(a', a_-p) - G_p(a)  (3)
"""

from typing import Literal

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float

from nes_spiel.games import masks

Concept = Literal["ce", "cce"]
CONCEPTS: tuple[Concept, ...] = ("ce", "cce")


def as_matrix(
  tensor: Float[Array, "*a"], player: int
) -> Float[Array, "k rest"]:
  """Returns `tensor` as a matrix: own strategy by the others' joint one."""
  own_first = jnp.moveaxis(tensor, player, 0)
  return own_first.reshape(own_first.shape[0], -1)


def as_tensor(
  matrix: Float[Array, "k rest"], player: int, shape: tuple[int, ...]
) -> Float[Array, "*a"]:
  """Undoes `as_matrix` for a tensor of the given shape."""
  own_first = (shape[player], *shape[:player], *shape[player + 1 :])
  return jnp.moveaxis(matrix.reshape(own_first), 0, player)


def check_concept(concept: str) -> None:
  """Raises ValueError unless `concept` is "ce" or "cce"."""
  if concept not in CONCEPTS:
    raise ValueError(f"concept: expected one of {CONCEPTS}, got {concept!r}.")


def deviation_gains(
  payoffs: Float[Array, "n *a"], player: int, concept: Concept
) -> Float[Array, "k ..."]:
  """Returns one player's deviation gains at every joint strategy.

  Args:
    payoffs: `[n, *a]`.
    player: p.
    concept: "ce" for Eq. 1, "cce" for Eq. 3.

  Returns:
    `[a_p, *a]` (deviation, joint) for CCE; `[a_p, a_p, *a]` (deviation,
    recommendation, joint) for CE.

  Raises:
    ValueError: an unknown concept.
  """
  check_concept(concept)
  shape = payoffs.shape[1:]
  own = as_matrix(payoffs[player], player)
  gains = own[:, None, :] - own[None, :, :]  # deviation, recommendation, rest
  gains = jax.vmap(lambda matrix: as_tensor(matrix, player, shape))(gains)
  if concept == "cce":
    return gains
  axes = [1] * (len(shape) + 2)
  axes[1] = axes[player + 2] = shape[player]
  recommended = jnp.eye(shape[player], dtype=payoffs.dtype).reshape(axes)
  return jnp.expand_dims(gains, 1) * recommended


def dual_mask(
  strategy_mask: Bool[Array, "n d"], concept: Concept
) -> Bool[Array, "n d"] | Bool[Array, "n d d"]:
  """Returns which duals exist: `[n, d]` for CCE, `[n, d, d]` for CE.

  For CE the diagonal, deviating from a strategy to itself, is left out.
  """
  check_concept(concept)
  if concept == "cce":
    return strategy_mask
  pairs = strategy_mask[:, :, None] & strategy_mask[:, None, :]
  return pairs & ~jnp.eye(strategy_mask.shape[1], dtype=bool)[None]


def expected_gains(
  payoffs: Float[Array, "n *a"],
  joint: Float[Array, "*a"],
  concept: Concept,
  strategy_mask: Bool[Array, "n d"] | None = None,
) -> Float[Array, "n d"] | Float[Array, "n d d"]:
  """Returns sum_a sigma(a) A_p(., a), the left-hand sides of Eqs. 2 and 4.

  Args:
    payoffs: `[n, *a]`.
    joint: sigma, `[*a]`.
    concept: "ce" or "cce".
    strategy_mask: `[n, d]`, all strategies if None.

  Returns:
    `[n, d]` (deviation) for CCE, `[n, d, d]` (deviation, recommendation) for
    CE, in payoff units; exactly zero where the strategy does not exist.

  Raises:
    ValueError: an unknown concept.

  Example:
    >>> import jax.numpy as jnp
    >>> from nes_spiel import equilibria, games
    >>> payoffs = jnp.asarray(games.classics.prisoners_dilemma())
    >>> uniform = jnp.full((2, 2), 0.25)
    >>> equilibria.expected_gains(payoffs, uniform, "cce").shape
    (2, 2)
  """
  mask = dual_mask(masks.resolve_mask(payoffs, strategy_mask), concept)
  size = mask.shape[1]
  rows = []
  for player, payoff in enumerate(payoffs):
    gains = _player_gains(
      as_matrix(payoff, player), as_matrix(joint, player), concept
    )
    rows.append(jnp.pad(gains, [(0, size - k) for k in gains.shape]))
  return jnp.where(mask, jnp.stack(rows), 0)


def _player_gains(
  own: Float[Array, "k rest"], joint: Float[Array, "k rest"], concept: Concept
) -> Float[Array, " k"] | Float[Array, "k k"]:
  """Returns one player's expected gains, `[a_p]` or `[a_p, a_p]`."""
  if concept == "cce":
    return own @ jnp.sum(joint, axis=0) - jnp.sum(own * joint)
  values = own @ joint.T  # of playing a' when a'' is recommended
  return values - jnp.diagonal(values)[None, :]


def weighted_gains(
  payoffs: Float[Array, "n *a"],
  duals: Float[Array, "n d"] | Float[Array, "n d d"],
  concept: Concept,
) -> Float[Array, "*a"]:
  """Returns sum_p sum_a' alpha_p(.) A_p(., a), the last term of Eq. 8.

  The transpose of `expected_gains`. Duals must be zero where the strategy does
  not exist.
  """
  shape = payoffs.shape[1:]
  total = jnp.zeros(shape, payoffs.dtype)
  for player, payoff in enumerate(payoffs):
    k = shape[player]
    own = as_matrix(payoff, player)
    if concept == "cce":
      dual = duals[player, :k]
      gains = (dual @ own)[None, :] - jnp.sum(dual) * own
    else:
      dual = duals[player, :k, :k]
      dual = dual * (1 - jnp.eye(k, dtype=dual.dtype))
      gains = dual.T @ own - jnp.sum(dual, axis=0)[:, None] * own
    total = total + as_tensor(gains, player, shape)
  return total
