# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""The two forms in which OpenSpiel calls what solves a meta-game."""

import abc
import functools
from collections.abc import Sequence
from typing import Any

import numpy as np
from jaxtyping import Float

from nes_spiel import games, solvers
from nes_spiel.equilibria.joints import player_marginals


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


class OpenSpielForms(abc.ABC):
  """What OpenSpiel's tables take, of anything that has `solve`."""

  name: str

  @abc.abstractmethod
  def solve(
    self,
    meta_game: Float[np.ndarray, "n *a"],
    target_joint: Float[np.ndarray, "*a"] | None = None,
  ) -> solvers.Solution:
    """Solves a meta-game.

    Args:
      meta_game: `[n, *a]`.
      target_joint: `[*a]`; uniform if None.

    Returns:
      The solution; `joint` has the meta-game's shape.
    """

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
    marginals = player_marginals(joint)
    return (marginals, joint.reshape(-1)) if return_joint else marginals
