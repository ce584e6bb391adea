# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""The polytope of all (C)CEs, and linear programs over it by HiGHS."""

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float
from scipy import optimize

from nes_spiel.equilibria import gains
from nes_spiel.equilibria.gains import Concept
from nes_spiel.games import validation

# HiGHS's least.
TOLERANCES = {
  "primal_feasibility_tolerance": 1e-10,
  "dual_feasibility_tolerance": 1e-10,
}
FEASIBLE = 1e-6  # of constraints whose largest entry is 1


class LinearProgramError(RuntimeError):
  """HiGHS found no solution; its message says why."""


class Optimum(NamedTuple):
  """An equilibrium at which a linear objective is largest.

  Attributes:
    value: of the objective.
    joint: `[*a]`, one of the equilibria that reach it.
  """

  value: float
  joint: Float[np.ndarray, "*a"]


def gain_rows(
  payoffs: Float[np.ndarray, "n *a"], concept: Concept
) -> Float[np.ndarray, "k j"]:
  """Returns all players' deviation gains, a row for each deviation.

  A flat joint is an equilibrium if its products with them are not positive
  (Eqs. 2 and 4 of Marris et al. 2022 at epsilon 0). k is the number of
  deviations of all players; of CE those from a strategy to itself are zeros.

  Args:
    payoffs: `[n, *a]`.
    concept: "ce" or "cce".

  Raises:
    ValueError: an unknown concept.
  """
  gains.check_concept(concept)
  joints = int(np.prod(np.shape(payoffs)[1:]))
  with jax.enable_x64(True):
    wide = jnp.asarray(payoffs, jnp.float64)
    rows = [
      np.asarray(gains.deviation_gains(wide, player, concept))
      for player in range(len(wide))
    ]
  return np.concatenate([row.reshape(-1, joints) for row in rows])


def unit_rows(rows: Float[np.ndarray, "k j"]) -> Float[np.ndarray, "m j"]:
  """Returns rows with a largest entry of 1 each, without those of zeros.

  The tolerances of linear programs, which are absolute, then fit every row.
  """
  size = np.abs(rows).max(axis=1, keepdims=True)
  counts = size[:, 0] > 0
  return rows[counts] / size[counts]


def to_unit_range(
  tables: Float[np.ndarray, "n *a"],
) -> Float[np.ndarray, "n *a"]:
  """Returns tables from 0 to 1 each, or of zeros where they are constant.

  Equilibria do not change, and the tolerances of linear programs fit.
  """
  axes = tuple(range(1, tables.ndim))
  low = tables.min(axes, keepdims=True)
  width = tables.max(axes, keepdims=True) - low
  return (tables - low) / np.where(width > 0, width, 1)


def maximize(
  payoffs: Any,
  concept: Concept,
  objective: Any,
) -> Optimum:
  """Returns where in the polytope of (C)CEs a linear objective is largest.

  Args:
    payoffs: `[n, *a]`.
    concept: "ce" or "cce".
    objective: `[*a]`, such as the sum of payoffs, or its negative.

  Raises:
    ValueError: payoffs that are no game, an unknown concept, or an objective of
      another shape or not finite.
    LinearProgramError: HiGHS could not solve it.

  Example:
    >>> from nes_spiel import equilibria, games
    >>> chicken = games.classics.chicken()
    >>> found = equilibria.polytope.maximize(chicken, "ce", chicken.sum(0))
    >>> round(found.value, 4)
    10.5
  """
  payoffs = np.asarray(validation.check_payoffs(payoffs), float)
  weights = np.asarray(objective, float)
  if weights.shape != payoffs.shape[1:]:
    raise ValueError(
      f"objective: expected shape {payoffs.shape[1:]}, got {weights.shape}."
    )
  validation.check_finite("objective", weights)
  joint = best_joint(gain_rows(payoffs, concept), weights)
  return Optimum(float(weights.ravel() @ joint.ravel()), joint)


def best_joint(
  rows: Float[np.ndarray, "k j"], objective: Float[np.ndarray, "*a"]
) -> Float[np.ndarray, "*a"]:
  """Returns an equilibrium at which an objective is largest, by HiGHS.

  Args:
    rows: of `gain_rows`.
    objective: `[*a]`.

  Raises:
    LinearProgramError: HiGHS could not solve it.
  """
  rows, weights = unit_rows(rows), objective.ravel()
  found = optimize.linprog(
    -to_unit_range(weights[None])[0],
    A_ub=rows,
    b_ub=np.zeros(len(rows)),
    A_eq=np.ones((1, weights.size)),
    b_eq=[1.0],
    method="highs",
    options=TOLERANCES,
  )
  if not found.success:
    raise LinearProgramError(found.message)
  violation = (rows @ found.x).max(initial=0.0)
  if violation > FEASIBLE:
    raise LinearProgramError(
      f"HiGHS ended {violation:.1e} outside, of payoffs scaled to 1."
    )
  return found.x.reshape(objective.shape)
