# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""How far a joint is from equilibrium, and from the equilibrium wanted.

A name says what is done over players: `gap_sum` adds their gaps.
"""

from typing import Literal

import jax.numpy as jnp
from jaxtyping import Array, Bool, Float

from nes_spiel.equilibria import gains, joints
from nes_spiel.games import masks

Deviations = Literal["pair", "swap"]
DEVIATIONS: tuple[Deviations, ...] = ("pair", "swap")


def largest_gains(
  payoffs: Float[Array, "n *a"],
  joint: Float[Array, "*a"],
  concept: gains.Concept,
  deviations: Deviations = "pair",
  strategy_mask: Bool[Array, "n d"] | None = None,
) -> Float[Array, " n"]:
  """Returns what each player's best deviation gains, in payoff units.

  Args:
    payoffs: `[n, *a]`.
    joint: `[*a]`.
    concept: "ce" or "cce".
    deviations: for CE, "pair" takes the best single pair of deviation and
      recommendation, as the paper does; it shrinks like 1/a_p. "swap" sums the
      best deviation from every recommendation: what a best responder gains.
      For CCE the two are the same.
    strategy_mask: `[n, d]`, all strategies if None.

  Returns:
    `[n]`. Negative where every deviation loses, except with "swap"; 0 for a
    player without deviations, one with a single strategy under CE.

  Raises:
    ValueError: an unknown concept or kind of deviation.
  """
  if deviations not in DEVIATIONS:
    raise ValueError(
      f"deviations: expected one of {DEVIATIONS}, got {deviations!r}."
    )
  strategies = masks.resolve_mask(payoffs, strategy_mask)
  if strategy_mask is not None:
    payoffs = masks.masked_payoffs(payoffs, strategies)
  expected = gains.expected_gains(payoffs, joint, concept, strategies)
  mask = gains.dual_mask(strategies, concept)
  expected = jnp.where(mask, expected, -jnp.inf)
  if concept == "ce" and deviations == "swap":
    return jnp.sum(jnp.maximum(jnp.max(expected, axis=1), 0), axis=1)
  best = jnp.max(expected.reshape(expected.shape[0], -1), axis=1)
  return jnp.where(has_deviations(strategies, concept), best, 0)


def has_deviations(
  strategy_mask: Bool[Array, "n d"], concept: gains.Concept
) -> Bool[Array, " n"]:
  """Returns which players are constrained at all: not one strategy under CE."""
  mask = gains.dual_mask(strategy_mask, concept)
  return jnp.any(mask.reshape(mask.shape[0], -1), axis=1)


def excess_sum(
  largest: Float[Array, " n"],
  epsilon: Float[Array, " n"] | Float[Array, ""] | float,
  strategy_mask: Bool[Array, "n d"],
  concept: gains.Concept,
) -> Float[Array, ""]:
  """Returns the sum of the positive parts of `largest` minus epsilon."""
  excess = jnp.maximum(largest - epsilon, 0)
  return jnp.sum(jnp.where(has_deviations(strategy_mask, concept), excess, 0))


def gap_sum(
  payoffs: Float[Array, "n *a"],
  joint: Float[Array, "*a"],
  concept: gains.Concept,
  epsilon: Float[Array, " n"] | float = 0.0,
  deviations: Deviations = "pair",
  strategy_mask: Bool[Array, "n d"] | None = None,
) -> Float[Array, ""]:
  """Returns the (C)CE gap of Section 5 of Marris et al. (2022).

  The positive part of each player's largest gain minus epsilon, summed over
  players: with "pair", zero exactly when `joint` is an epsilon-(C)CE. As all of
  this package's core it computes in JAX's precision: where payoffs have a large
  offset, call it within `jax.enable_x64(True)`.

  Args:
    payoffs: `[n, *a]`.
    joint: `[*a]`.
    concept: "ce" or "cce".
    epsilon: `[n]` or one number, in payoff units.
    deviations: "pair" or "swap", see `largest_gains`.
    strategy_mask: `[n, d]`, all strategies if None.

  Raises:
    ValueError: an unknown concept or kind of deviation.

  Example:
    >>> import jax.numpy as jnp
    >>> from nes_spiel import equilibria, games
    >>> payoffs = jnp.asarray(games.classics.matching_pennies())
    >>> float(equilibria.gap_sum(payoffs, jnp.full((2, 2), 0.25), "cce"))
    0.0
  """
  payoffs = jnp.asarray(payoffs)
  best = largest_gains(payoffs, joint, concept, deviations, strategy_mask)
  strategies = masks.resolve_mask(payoffs, strategy_mask)
  return excess_sum(best, epsilon, strategies, concept)


def solver_gap(
  joint: Float[Array, "*a"], reference: Float[Array, "*a"]
) -> Float[Array, ""]:
  """Returns the total variation distance of two joints, from 0 to 1.

  The "solver gap" of Section 5 of Marris et al. (2022), when `reference` is the
  exact solution.
  """
  return joints.total_variation(joint, reference)
