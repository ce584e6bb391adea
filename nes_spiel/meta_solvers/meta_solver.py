# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""A meta-solver as a function of payoffs, in the two forms OpenSpiel calls."""

import dataclasses
import functools
from collections.abc import Sequence
from typing import Any

import numpy as np
from absl import logging
from jaxtyping import Float

from nes_spiel import games, solvers
from nes_spiel.equilibria import Selection

# A meta-game is padded up to a power of two, so that a run, which adds a policy
# at each iteration, compiles a handful of times.
SMALLEST_BUCKET = 8


def bucket(size: int) -> int:
  """Returns the smallest power of two, at least 8, that is >= size."""
  return max(SMALLEST_BUCKET, 1 << (size - 1).bit_length())


def product_of_counts(
  repeats: Sequence[Sequence[int]],
) -> Float[np.ndarray, "*a"]:
  """Returns the joint that is uniform over policies counted with repeats.

  A policy found twice is two strategies of the game that JPSRO plays, and
  uniform play gives it twice the weight. For CCE, solving the game of unique
  policies towards this target is solving the repeated one towards the uniform
  joint, on the same scale; for CE so in the limit of rho, since a constraint of
  one copy is a fraction of that of all. (Each game standardised by itself, the
  scales differ a little, and so do the answers at finite rho or mu > 0.)

  Raises:
    ValueError: a count below 1.
  """
  counts = [np.asarray(count, np.float64) for count in repeats]
  if any((count < 1).any() for count in counts):
    raise ValueError(
      f"per_player_repeats: expected counts of at least 1, got {repeats}."
    )
  return functools.reduce(
    np.multiply.outer, [count / count.sum() for count in counts]
  )


@dataclasses.dataclass(frozen=True)
class MetaSolver:
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
  ) -> solvers.Solution:
    """Solves a meta-game padded to its bucket, and cuts the joint back.

    Args:
      meta_game: `[n, *a]`.
      target_joint: `[*a]`; uniform if None.

    Returns:
      The solution; `joint` has the meta-game's shape, duals and the rest that
      of the bucket. A warning is logged if a solver did not converge.

    Raises:
      SolverError: the joint is not finite: OpenSpiel would go on with it.
    """
    shape = meta_game.shape[1:]
    if target_joint is None:
      target_joint = np.full(shape, 1 / np.prod(shape))
    size = bucket(max(shape))
    cube, mask = games.pad(meta_game, size)
    target = games.pad_joint(target_joint, size)
    solution = solvers.solve(
      cube,
      self.concept,
      dataclasses.replace(self.selection, target_joint=target),
      self.method,
      strategy_mask=mask,
    )
    if solution.status == solvers.Status.NOT_FINITE:
      solution.check()
    if self.method != "nes" and solution.status != solvers.Status.CONVERGED:
      logging.warning(
        "%s: %s on a meta-game of shape %s: residual %.1e, gap %.1e.",
        self.name,
        solvers.Status(int(solution.status)).name,
        shape,
        solution.residual,
        solution.gap_sum,
      )
    joint = games.unpad(solution.joint, mask)
    return dataclasses.replace(solution, joint=joint)

  def as_jpsro(
    self,
    meta_game: Float[np.ndarray, "n *a"],
    per_player_repeats: Sequence[Sequence[int]],
    ignore_repeats: bool = False,
  ) -> tuple[Float[np.ndarray, "*a"], dict[str, Any]]:
    """The signature of `open_spiel.python.algorithms.jpsro.FLAG_TO_FUNC`.

    Args:
      meta_game: `[n, *a]`, over unique policies.
      per_player_repeats: how often each of them was found.
      ignore_repeats: count every policy once.

    Returns:
      The joint `[*a]`, and the solution it is part of.
    """
    target = None if ignore_repeats else product_of_counts(per_player_repeats)
    solution = self.solve(np.asarray(meta_game, np.float64), target)
    return solution.joint, {"solution": solution}

  def as_psro(self, solver: Any, return_joint: bool = False) -> Any:
    """The signature of `psro_v2.meta_strategies.META_STRATEGY_METHODS`.

    The marginals of a CCE are an equilibrium in two-player constant-sum games;
    elsewhere take the joint.

    Args:
      solver: a PSROSolver. Its meta-game alone is read: it repeats policies
        that were found again, and keeps its shape in symmetric games.
      return_joint: return the joint as well.

    Returns:
      One marginal `[a_p]` per player; with `return_joint` also the joint,
      flattened in C order.
    """
    meta_game = games.as_payoffs(list(solver.get_meta_game()))
    joint = self.solve(np.asarray(meta_game, np.float64)).joint
    axes = range(joint.ndim)
    marginals = [
      joint.sum(axis=tuple(other for other in axes if other != own))
      for own in axes
    ]
    return (marginals, joint.reshape(-1)) if return_joint else marginals
