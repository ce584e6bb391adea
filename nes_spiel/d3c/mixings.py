# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Mixing matrices: row i says how agent i's loss is shared out."""

import math
from collections.abc import Sequence

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float

from nes_spiel.games import validation

ROUNDING = 1e-6  # a row of float32 numbers may miss one by that


def selfish(agents: int) -> Float[Array, "n n"]:
  """Returns the identity: everyone keeps their own loss."""
  return jnp.eye(agents)


def cooperative(agents: int) -> Float[Array, "n n"]:
  """Returns 1/n everywhere: everyone receives the mean loss."""
  return jnp.full((agents, agents), 1 / agents)


def team_spirit(agents: int, spirit: float) -> Float[Array, "n n"]:
  """Returns A_ii = 1 - t (n - 1) / n, A_ij = t / n (Section 2.8).

  Args:
    agents: n.
    spirit: t, from 0, selfish, to 1, cooperative.

  Raises:
    ValueError: a spirit outside of this range.
  """
  if not 0 <= spirit <= 1:
    raise ValueError(f"spirit: expected 0 to 1, got {spirit}.")
  return (1 - spirit) * selfish(agents) + spirit * cooperative(agents)


def social_value_orientation(
  angles: Sequence[float], balanced: bool = True
) -> Float[Array, "n n"]:
  """Returns mixings of cos(theta) own and sin(theta) others' mean loss.

  The angle of social psychology's ring measure (Liebrand, 1984), with losses
  for rewards. What agents receive need not add up to what there is, since
  theirs are preferences.

  Args:
    angles: `[n]`, theta in radians, 0 for selfish, pi / 4 for as much of the
      others' mean as of the own loss.
    balanced: divide rows by their sums, so that the total loss is conserved.
      False keeps the preferences as they are, and not the budget.

  Raises:
    ValueError: fewer than two agents, an angle outside of [0, pi / 2], or a
      loss that nobody takes and `balanced`.
  """
  theta = np.asarray(angles, float)
  if theta.ndim != 1 or len(theta) < 2:
    raise ValueError(f"angles: expected two or more, got {angles}.")
  if not ((theta >= 0) & (theta <= math.pi / 2)).all():
    raise ValueError(f"angles: expected 0 to pi / 2, got {angles}.")
  # Column i is what agent i receives.
  mixing = np.where(
    np.eye(len(theta), dtype=bool),
    np.cos(theta),
    np.sin(theta) / (len(theta) - 1),
  )
  if balanced:
    taken = mixing.sum(1, keepdims=True)
    if taken.min() < ROUNDING:
      raise ValueError(
        f"angles: nobody would take agent {int(taken.argmin())}'s loss, got "
        f"{angles}."
      )
    mixing = mixing / taken
  return jnp.asarray(mixing)


def mostly_own(
  allowed: Bool[np.ndarray, "n n"], own_share: float
) -> Float[Array, "n n"]:
  """Returns rows that keep a share, and spread the rest over who may have it.

  Args:
    allowed: `[n, n]`, to whom each agent may give.
    own_share: A_ii, where there is anyone else to give to.
  """
  others = allowed & ~np.eye(len(allowed), dtype=bool)
  count = others.sum(1, keepdims=True)
  given = np.where(others, (1 - own_share) / np.maximum(count, 1), 0)
  return jnp.asarray(given + np.diag(1 - given.sum(1)))


def check_mixing(
  mixing: Float[Array, "n n"], agents: int, balanced: bool = True
) -> None:
  """Raises ValueError unless rows of a mixing matrix are distributions.

  Args:
    mixing: `[n, n]`.
    agents: n.
    balanced: False allows rows with other sums.
  """
  if jnp.shape(mixing) != (agents, agents):
    raise ValueError(
      f"mixing: expected shape {(agents, agents)}, got {jnp.shape(mixing)}."
    )
  if validation.is_traced(mixing):
    return
  rows = np.asarray(jax.device_get(mixing), np.float64)
  validation.check_finite("mixing", rows)
  worst = np.abs(rows.sum(1) - 1).max()
  if rows.min() < 0 or (balanced and worst > ROUNDING):
    raise ValueError(
      "mixing: every row should be a distribution; the smallest entry is "
      f"{rows.min()}, and a row's sum misses one by {worst:.3g}."
    )
