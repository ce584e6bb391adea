# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""A meta-solver as a function of payoffs, without memory."""

import dataclasses

import numpy as np
from absl import logging
from jaxtyping import Float

from nes_spiel import games, nes, solvers
from nes_spiel.equilibria import Selection
from nes_spiel.meta_solvers.openspiel_forms import OpenSpielForms

# A meta-game is padded up to a power of two, so that a run, which adds a policy
# at each iteration, compiles a handful of times.
SMALLEST_SIZE = 8


def padded_size(size: int) -> int:
  """Returns the smallest power of two, at least 8, that is >= size."""
  return max(SMALLEST_SIZE, 1 << (size - 1).bit_length())


@dataclasses.dataclass(frozen=True)
class MetaSolver(OpenSpielForms):
  """Selects a (C)CE of a meta-game; instances are what `register` puts in.

  Attributes:
    name: as OpenSpiel's flags know it.
    concept: "ce" or "cce".
    selection: which equilibrium; without arrays over joints, since meta-games
      grow, and without target joint, which the repeats set.
    method: of `nes_spiel.solve`; one that takes padded games.
  """

  name: str
  concept: solvers.Concept
  selection: Selection
  method: solvers.Method = "exact"

  def __post_init__(self) -> None:
    """Refuses what cannot serve a growing meta-game."""
    for field in ("target_joint", "welfare"):
      if getattr(self.selection, field) is not None:
        raise ValueError(
          f"{self.name}: a meta-game has no fixed shape, so the selection must "
          f"leave {field} at None."
        )
    if self.method == "cvxpy":
      raise ValueError(f'{self.name}: "cvxpy" does not take padded games.')

  def solve(
    self,
    meta_game: Float[np.ndarray, "n *a"],
    target_joint: Float[np.ndarray, "*a"] | None = None,
    model: nes.Model | None = None,
  ) -> solvers.Solution:
    """Solves a meta-game padded to a cube, and cuts the joint back.

    Args:
      meta_game: `[n, *a]`.
      target_joint: `[*a]`; uniform if None.
      model: the network, for a method that has one; the shipped one if None.

    Returns:
      The solution; `joint` has the meta-game's shape, duals and the rest that
      of the cube. A warning is logged if a solver did not converge.

    Raises:
      SolverError: the joint is not finite: OpenSpiel would go on with it.
    """
    shape = meta_game.shape[1:]
    if target_joint is None:
      target_joint = np.full(shape, 1 / np.prod(shape))
    size = padded_size(max(shape))
    cube, mask = games.pad(meta_game, size)
    target = games.pad_joint(target_joint, size)
    solution = solvers.solve(
      cube,
      self.concept,
      dataclasses.replace(self.selection, target_joint=target),
      self.method,
      strategy_mask=mask,
      model=model,
    )
    if solution.status == solvers.Status.NOT_FINITE:
      solution.check()
    if self.method != "nes":
      warn_unless_converged(self.name, solution, shape)
    joint = games.unpad(solution.joint, mask)
    return dataclasses.replace(solution, joint=joint)


def warn_unless_converged(
  name: str, solution: solvers.Solution, shape: tuple[int, ...]
) -> None:
  """Logs a warning for every game whose solver did not converge.

  Args:
    name: of the solver.
    solution: of one game, or of many with a leading axis.
    shape: of a game.
  """
  status = np.ravel(solution.status)
  residual, gap = np.ravel(solution.residual), np.ravel(solution.gap_sum)
  for row in np.flatnonzero(status != solvers.Status.CONVERGED):
    logging.warning(
      "%s: %s on a game of shape %s: residual %.1e, gap %.1e.",
      name,
      solvers.Status(int(status[row])).name,
      shape,
      residual[row],
      gap[row],
    )
