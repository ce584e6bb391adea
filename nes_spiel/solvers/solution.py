# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""What every method returns: an equilibrium, and how far to trust it."""

import dataclasses
from typing import Any, Literal, get_args

import jax
import numpy as np

from nes_spiel.equilibria import Status, joints
from nes_spiel.games import validation

Concept = Literal["ce", "cce", "ne"]
CONCEPTS: tuple[Concept, ...] = ("ce", "cce", "ne")
Method = Literal["auto", "exact", "nes", "nes+exact", "cvxpy"]
METHODS: tuple[Method, ...] = get_args(Method)
NETWORK_METHODS: tuple[Method, ...] = ("nes", "nes+exact")


class SolverError(RuntimeError):
  """Raised by `Solution.check` for a solution that did not converge."""


@jax.tree_util.register_dataclass
@dataclasses.dataclass(frozen=True)
class Solution:
  """An approximate equilibrium in the caller's units, with its errors.

  Shapes are those of one game; `solve_batch` puts the batch axis first on every
  array. Gaps are computed from `joint` as returned.

  Attributes:
    joint: `[*a]`, exactly zero where a strategy does not exist.
    epsilon: `[n]`, of Eq. 10, payoff units.
    duals: `[n, d]` for CCE, `[n, d, d]` (deviation, recommendation) for CE, in
      inverse payoff units.
    gap_sum: the (C)CE gap against max(target_epsilon, 0), payoff units.
    gap_sum_returned: the same against `epsilon`.
    residual: the KKT residual on the standardised scale, before any cast.
    cast_error: total variation between `joint` and its float64 original.
    certified_tv: a proven bound on the total variation between the joint and
      the unique solution of Eq. 6 (at the rho used), from the duality gap; it
      cannot fall below about 1e-6, the rounding of that gap's root. inf where
      not computed.
    welfare: expected sum of payoffs, payoff units.
    iterations: Newton steps; -1 where the method does not count them.
    status: a `Status`.
    method: the name of the method that made it.
  """

  joint: Any
  epsilon: Any
  duals: Any
  gap_sum: Any
  gap_sum_returned: Any
  residual: Any
  cast_error: Any
  certified_tv: Any
  welfare: Any
  iterations: Any
  status: Any
  method: str = dataclasses.field(metadata={"static": True})

  def __repr__(self) -> str:
    """Returns shapes, how it stopped and how far it is from equilibrium."""
    return (
      f"Solution(method={self.method!r}, joint={np.shape(self.joint)}, "
      f"duals={np.shape(self.duals)}, status={_summary(self.status)}, "
      f"gap_sum={_summary(self.gap_sum)})"
    )

  def marginals(self) -> Any:
    """Returns each player's marginal `[n, d]`, with a leading b if batched."""
    leading = self.joint.ndim - self.epsilon.shape[-1]
    return joints.marginals(self.joint, self.duals.shape[-1], leading)

  def check(self) -> "Solution":
    """Returns the solution itself, if it converged.

    Raises:
      SolverError: some game did not; says which, how it stopped, the residual.
    """
    status = np.ravel(self.status)
    failed = np.flatnonzero(status != Status.CONVERGED)
    if failed.size == 0:
      return self
    first = int(failed[0])
    residual = np.ravel(self.residual)[first]
    hint = ' Networks take no steps: read gap_sum, or take "nes+exact".'
    raise SolverError(
      f"{self.method}: {failed.size} of {status.size} games did not converge; "
      f"game {first}: {Status(int(status[first])).name}, residual "
      f"{residual:.1e}.{hint if self.method == 'nes' else ''}"
    )


def _summary(values: Any) -> str:
  """Returns a status by name, a gap by size; of a batch the largest."""
  numbers = isinstance(values, np.ndarray | np.generic | jax.Array)
  if not numbers or validation.is_traced(values) or not np.size(values):
    return str(values)
  worst = np.max(np.asarray(values))
  if np.issubdtype(worst.dtype, np.integer):
    return Status(int(worst)).name if int(worst) in [*Status] else str(worst)
  return f"{worst:.1e}"
