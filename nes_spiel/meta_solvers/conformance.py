# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""What OpenSpiel's loops rely on, checked for any meta-solver."""

from typing import Any, Protocol, runtime_checkable

import numpy as np
from jaxtyping import Float

SUM_TOLERANCE = 1e-8


@runtime_checkable
class JpsroMetaSolver(Protocol):
  """A function of JPSRO's table: meta-game and repeats to joint and extras."""

  def __call__(
    self,
    meta_game: Float[np.ndarray, "n *a"],
    per_player_repeats: list[list[int]],
    ignore_repeats: bool = False,
  ) -> tuple[Float[np.ndarray, "*a"], dict[str, Any]]:
    """Returns the joint `[*a]` and a dictionary."""


def check_meta_solver(meta_solver: JpsroMetaSolver) -> None:
  """Raises ValueError where a JPSRO meta-solver breaks what the loop needs.

  Runs it on two and three players, on meta-games of one policy each, of unequal
  sizes, with repeats, constant payoffs and negative payoffs. The joint must
  have the meta-game's shape, be real, finite, non-negative, sum to 1, and the
  arguments must come back unchanged. Which joint is chosen is not judged.

  Args:
    meta_solver: with the signature of OpenSpiel's `FLAG_TO_FUNC`.

  Example:
    >>> from open_spiel.python.algorithms import jpsro
    >>> from nes_spiel import meta_solvers
    >>> meta_solvers.check_meta_solver(jpsro.FLAG_TO_FUNC["uni"])
  """
  for case, (meta_game, repeats) in _cases().items():
    for ignore_repeats in (False, True):
      given = meta_game.copy(), [list(counts) for counts in repeats]
      answer = meta_solver(given[0], given[1], ignore_repeats=ignore_repeats)
      _require(
        isinstance(answer, tuple) and len(answer) == 2,
        case,
        f"returns {type(answer).__name__}, not a joint and a dictionary",
      )
      joint, extras = answer
      _require(
        np.array_equal(given[0], meta_game) and given[1] == repeats,
        case,
        "changes its arguments",
      )
      _require(isinstance(extras, dict), case, "returns no dictionary second")
      check_joint(joint, meta_game.shape[1:], case)


def check_joint(joint: Any, shape: tuple[int, ...], case: str) -> None:
  """Raises ValueError unless `joint` is a distribution of the shape given."""
  _require(
    isinstance(joint, np.ndarray) and np.issubdtype(joint.dtype, np.floating),
    case,
    f"returns {type(joint).__name__}, not a NumPy array of real numbers",
  )
  _require(joint.shape == shape, case, f"returns shape {joint.shape}")
  _require(np.isfinite(joint).all(), case, "returns NaN or infinity")
  _require(joint.min() >= 0, case, f"returns {joint.min()} < 0")
  _require(
    abs(joint.sum() - 1) <= SUM_TOLERANCE, case, f"sums to {joint.sum()}"
  )


def _cases() -> dict[str, tuple[np.ndarray, list[list[int]]]]:
  """Returns meta-games and repeats, by a name that error messages show."""
  draw = np.random.default_rng(0).normal
  return {
    "one policy each": (
      np.array([[[[1.0]]], [[[-2.0]]], [[[0.0]]]]),
      [[3]] * 3,
    ),
    "constant payoffs": (np.full((2, 3, 2), 0.25), [[1, 1, 1], [1, 1]]),
    "unequal sizes": (draw(size=(2, 2, 4)), [[1, 1], [1, 1, 1, 1]]),
    "repeats": (draw(size=(3, 2, 3, 2)), [[4, 1], [1, 1, 3], [2, 2]]),
    "negative payoffs": (-1e3 - draw(size=(2, 4, 4)) ** 2, [[1, 2, 3, 4]] * 2),
  }


def _require(holds: bool | np.bool_, case: str, fault: str) -> None:
  """Raises with the case's name."""
  if not holds:
    raise ValueError(f'meta-solver: on the meta-game "{case}" it {fault}.')
