# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Eq. 6 on the standardised game: the one problem that every method solves.

With c_p the standardisation's scale, A'_p = c_p A_p and eps'_p = c_p eps_p, and
the dual variables map back by alpha_p = c_p alpha'_p. Reference joint and
welfare enter Eqs. 7 to 9 only through ln target + mu W, so that is kept.
"""

import dataclasses
from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float, Shaped

from nes_spiel.equilibria import gains, welfare
from nes_spiel.equilibria.selection import RHO, RHO_UNREACHABLE, Selection
from nes_spiel.games import masks, standardization


@jax.tree_util.register_dataclass
@dataclasses.dataclass(frozen=True)
class Problem:
  """One instance of Eq. 6 on the standardised scale.

  Attributes:
    payoffs: `[n, *a]`, standardised, zero where a joint does not exist.
    reference_logits: `[*a]`, ln target + mu W; -inf where a joint does not
      exist.
    target_epsilon: `[n]`, within [-max_epsilon, max_epsilon] (Eq. 16b).
    max_epsilon: `[n]`.
    rho: `[]`.
    strategy_mask: `[n, d]`.
    concept: "ce" or "cce".
    shared_epsilon: whether one epsilon serves all players.
  """

  payoffs: Float[Array, "..."]
  reference_logits: Float[Array, "..."]
  target_epsilon: Float[Array, "..."]
  max_epsilon: Float[Array, "..."]
  rho: Float[Array, "..."]
  strategy_mask: Shaped[Array, "..."]  # Bool; float0 in a tangent
  concept: gains.Concept = dataclasses.field(metadata={"static": True})
  shared_epsilon: bool = dataclasses.field(
    default=False, metadata={"static": True}
  )

  @property
  def dual_mask(self) -> Bool[Array, "..."]:
    """Which duals exist, `[n, d]` or `[n, d, d]`."""
    return gains.dual_mask(self.strategy_mask, self.concept)


def standardized_problem(
  payoffs: Float[Array, "n *a"],
  selection: Selection,
  concept: gains.Concept,
  strategy_mask: Bool[Array, "n d"] | None = None,
) -> tuple[Problem, standardization.Standardized]:
  """States Eq. 6 for a game in the caller's units.

  Args:
    payoffs: `[n, *a]`, the caller's units.
    selection: the parameters of Eq. 6.
    concept: "ce" or "cce".
    strategy_mask: `[n, d]`, all strategies if None.

  Returns:
    The problem, and the standardisation that maps its answer back.

  Raises:
    ValueError: an unknown concept.
  """
  gains.check_concept(concept)
  mask = masks.resolve_mask(payoffs, strategy_mask)
  exists = masks.joint_mask(mask, payoffs.shape[1:])
  game = standardization.standardize(payoffs, mask)
  count = jnp.sum(exists).astype(payoffs.dtype)
  target_epsilon, max_epsilon = _epsilons(selection, game.scale, count)
  problem = Problem(
    payoffs=game.payoffs,
    reference_logits=reference_logits(payoffs, selection, mask),
    target_epsilon=target_epsilon,
    max_epsilon=max_epsilon,
    rho=jnp.asarray(_rho(selection), payoffs.dtype),
    strategy_mask=mask,
    concept=concept,
    shared_epsilon=selection.shared_epsilon,
  )
  return problem, game


def _epsilons(
  selection: Selection, scale: Float[Array, " n"], count: Float[Array, ""]
) -> tuple[Float[Array, " n"], Float[Array, " n"]]:
  """Returns target and largest epsilons, standardised (Eq. 16b).

  One that all players share has the smallest target and the smallest maximum.

  Args:
    selection: the parameters of Eq. 6.
    scale: of the standardisation.
    count: of joint strategies, whose root is the largest epsilon by default.
  """
  largest = selection.max_epsilon
  largest = jnp.sqrt(count) if largest is None else largest
  largest = jnp.broadcast_to(jnp.asarray(largest, scale.dtype), scale.shape)
  target = jnp.asarray(selection.target_epsilon, scale.dtype)
  target = jnp.broadcast_to(target, scale.shape)
  target = _clip_target(target, scale, largest)
  if selection.shared_epsilon:
    largest = jnp.full_like(largest, jnp.min(largest))
    target = jnp.minimum(jnp.min(target), largest)
  return target, largest


def _rho(selection: Selection) -> Any:
  """Returns rho; by default that of targets which may be out of reach."""
  if selection.rho is not None:
    return selection.rho
  negative = jnp.any(jnp.asarray(selection.target_epsilon) < 0)
  return jnp.where(negative, RHO_UNREACHABLE, RHO)


def reference_logits(
  payoffs: Float[Array, "n *a"],
  selection: Selection,
  strategy_mask: Bool[Array, "n d"],
) -> Float[Array, "*a"]:
  """Returns ln target + mu W where a joint exists, -inf elsewhere.

  W is standardised by Eq. 16c. The target is rescaled to sum to 1 over the
  joints that exist.
  """
  shape, dtype = payoffs.shape[1:], payoffs.dtype
  exists = masks.joint_mask(strategy_mask, shape)
  if selection.target_joint is None:
    logits = jnp.zeros(shape, dtype)
  else:
    target = jnp.asarray(selection.target_joint, dtype)
    logits = jnp.log(jnp.where(exists, target, 1))
  logits = logits - jax.nn.logsumexp(logits, where=exists)
  if selection.mu is None:
    return jnp.where(exists, logits, -jnp.inf)
  objective = standardized_welfare(payoffs, selection, exists)
  mu = jnp.asarray(selection.mu, dtype)
  return jnp.where(exists, logits + mu * objective, -jnp.inf)


def standardized_welfare(
  payoffs: Float[Array, "n *a"],
  selection: Selection,
  exists: Bool[Array, "*a"],
) -> Float[Array, "*a"]:
  """Returns W of Eq. 16c: the selection's welfare, or the sum of payoffs."""
  objective = selection.welfare
  if objective is None:
    objective = welfare.total_payoffs(payoffs, exists)
  objective = jnp.asarray(objective, payoffs.dtype)
  return standardization.standardize_tensor(objective, exists).payoffs


def _clip_target(
  target: Float[Array, " n"], scale: Float[Array, " n"], top: Float[Array, " n"]
) -> Float[Array, " n"]:
  """Returns Eq. 16b. -inf becomes -max_epsilon, without a NaN gradient."""
  finite = jnp.isfinite(target)
  scaled = jnp.clip(jnp.where(finite, target, 0) * scale, -top, top)
  return jnp.where(finite, scaled, jnp.sign(target) * top)
