# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Equilibria of Markov games: every step solves the games of all states.

Value iteration of Shapley (1953) for zero-sum games; for others correlated-Q
(Greenwald and Hall 2003) with all transitions known.
"""

import enum
import time
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int

from nes_spiel.equilibria import Selection
from nes_spiel.games.markov_game import MarkovGame
from nes_spiel.solvers.front import solve_batch
from nes_spiel.solvers.solution import Concept, Method, Solution


class MarkovStatus(enum.IntEnum):
  """How an iteration ended."""

  CONVERGED = 0
  MAX_STEPS = 1


class MarkovSolution(NamedTuple):
  """What play in every state is worth, and what it is.

  Attributes:
    values: `[s, n]`, to all players.
    joint: `[s, *a]`, what is played.
    gaps: `[s]`, the (C)CE gap of a state's game, what its players could gain by
      deviating there once.
    changes: `[k]`, the largest change of a value in each step.
    seconds: `[k]`, since the start, after each step.
    statuses: `[s]`, how the solver stopped in every state, a `Status`.
    status: a `MarkovStatus`; correlated equilibria of other than zero-sum games
      may go in circles.
  """

  values: Float[np.ndarray, "s n"]
  joint: Float[np.ndarray, "s *a"]
  gaps: Float[np.ndarray, " s"]
  changes: Float[np.ndarray, " k"]
  seconds: Float[np.ndarray, " k"]
  statuses: Int[np.ndarray, " s"]
  status: int


def solve_markov_game(
  game: MarkovGame,
  concept: Concept = "ce",
  selection: Selection | None = None,
  *,
  discount: float = 0.9,
  method: Method = "auto",
  tolerance: float = 1e-6,
  max_steps: int = 1000,
  report: Callable[[int, float], None] | None = None,
) -> MarkovSolution:
  """Iterates values until they stay: one call of `solve_batch` a step.

  Args:
    game: such as `games.markov_game` reads.
    concept: which equilibrium of each state's game is played.
    selection: which of these, the maximum-entropy one if None.
    discount: gamma, of a step, from 0 to below 1.
    method: as in `solve`.
    tolerance: the change of values at which it ends.
    max_steps: after which it ends in any case.
    report: is told the step and its change.

  Raises:
    ValueError: a discount, tolerance or number of steps out of its range, or
      what `solve_batch` refuses.
    SolverError: a state's joint is not finite.

  Example:
    >>> import pyspiel
    >>> from nes_spiel import games, solvers
    >>> game = games.markov_game(pyspiel.load_game("markov_soccer"))
    >>> found = solvers.solve_markov_game(game, max_steps=3)
    >>> found.values.shape == (len(game.names), 2)
    True
  """
  _check(discount, tolerance, max_steps)
  values = np.zeros(game.rewards.shape[:2])
  changes, seconds, begin = [], [], time.perf_counter()
  for step in range(1, max_steps + 1):
    payoffs = game.action_values(values, discount)
    found = solve_batch(payoffs, concept, selection, method, game.strategy_mask)
    if not np.isfinite(found.joint).all():
      found.check()
    after = expected_values(payoffs, found.joint)
    changes.append(float(np.abs(after - values).max()))
    seconds.append(time.perf_counter() - begin)
    values = after
    if report is not None:
      report(step, changes[-1])
    if changes[-1] <= tolerance:
      return _result(values, found, changes, seconds, MarkovStatus.CONVERGED)
  return _result(values, found, changes, seconds, MarkovStatus.MAX_STEPS)


def expected_values(
  payoffs: Float[np.ndarray, "s n *a"], joint: Float[np.ndarray, "s *a"]
) -> Float[np.ndarray, "s n"]:
  """Returns what joints are worth to all players, in every state.

  Args:
    payoffs: `[s, n, *a]`, of the states' games.
    joint: `[s, *a]`, what is played.
  """
  played = joint[:, None]
  weighted = np.where(played > 0, payoffs, 0) * played
  return weighted.reshape(*payoffs.shape[:2], -1).sum(-1)


def _check(discount: float, tolerance: float, max_steps: int) -> None:
  """Raises ValueError for numbers out of their ranges."""
  if not 0 <= discount < 1:
    raise ValueError(f"discount: expected 0 to below 1, got {discount}.")
  if not tolerance > 0:
    raise ValueError(f"tolerance: expected more than 0, got {tolerance}.")
  if max_steps < 1:
    raise ValueError(f"max_steps: expected 1 or more, got {max_steps}.")


def _result(
  values: Float[np.ndarray, "s n"],
  found: Solution,
  changes: list[float],
  seconds: list[float],
  status: MarkovStatus,
) -> MarkovSolution:
  """Returns the last step as what was found."""
  return MarkovSolution(
    values=values,
    joint=found.joint,
    gaps=found.gap_sum,
    changes=np.array(changes),
    seconds=np.array(seconds),
    statuses=found.status,
    status=status,
  )
