# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Decision-time planning that looks a few steps ahead.

Only the decision rules before a horizon are searched for; what comes after is a
value function of public beliefs. No opt-out values are needed: at any belief
the regularized equilibrium of the subgame is the only one (Section 7).
"""

import dataclasses
import functools
from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jaxtyping import Bool, Float, Int

from nes_spiel.games.warn_caller import warn_caller
from nes_spiel.pub_amg import (
  beliefs,
  descent,
  gaps,
  horizon,
  policies,
  sweeps,
)
from nes_spiel.pub_amg.beliefs import PublicBelief
from nes_spiel.pub_amg.descent import Method
from nes_spiel.pub_amg.horizon import Horizon
from nes_spiel.pub_amg.leaf_values import ExactValues, LeafValues
from nes_spiel.pub_amg.objectives import MiniMaxEnt
from nes_spiel.pub_amg.planning import Planner
from nes_spiel.pub_amg.public_game import PublicGame
from nes_spiel.pub_amg.sequence_form import Array, SequenceForm

# Makes the values at a horizon, given the game, the horizon and the method.
ValuesAt = Callable[[PublicGame, Horizon, Method], LeafValues]


class Search(NamedTuple):
  """Where a search stands.

  Attributes:
    policies: of both players before the horizon, as logarithms.
    memory: of the leaf values.
    sweeps: how many were made.
    residual: as in `gaps.residual`.
  """

  policies: sweeps.Policies
  memory: Any
  sweeps: Float[Array, ""]
  residual: Float[Array, ""] | float


class DepthLimitedPlanner:
  """The public-belief policy of a search to a fixed depth.

  Where the game ends within the depth it is a `Planner`'s, from uniform
  policies, with that one's tolerances and sweeps.
  """

  def __init__(
    self,
    game: PublicGame,
    alpha: float,
    depth: int,
    values_at: ValuesAt = ExactValues.of_game,
    objective: Any = MiniMaxEnt,
    step_size: float | None = None,
    residual_tolerance: float = 1e-6,
    max_sweeps: int = 20_000,
  ):
    """Prepares searching.

    Args:
      game: the game.
      alpha: above 0.
      depth: how many decisions are searched, the first included; at least 1.
      values_at: makes the values at a horizon, exact ones by default:
        `BeliefValue.values_at`, or `lambda game, cut, method: LEAF_VALUES`.
      objective: as `solve` takes it.
      step_size: eta, a tenth of alpha if None.
      residual_tolerance: on the residual of a search to the depth.
      max_sweeps: of such a search.

    Raises:
      ValueError: no `PublicGame`, numbers out of range, a schedule of alpha, or
        leaf values in the place of what makes them.
    """
    if isinstance(values_at, type) or hasattr(values_at, "start"):
      raise ValueError(
        "values_at: expected a function of game, horizon and method, got "
        f"{values_at!r}."
      )
    if depth < 1:
      raise ValueError(f"depth: expected 1 or more, got {depth}.")
    descent.check_limits(max_sweeps, residual_tolerance=residual_tolerance)
    self.game, self._depth, self._values_at = game, depth, values_at
    self._tolerance, self._max_sweeps = residual_tolerance, max_sweeps
    self._planner = Planner(game, alpha, objective, step_size, warm_start=False)
    self._prepared = functools.cache(self._prepare)

  def __call__(self, state: PublicBelief) -> Float[np.ndarray, "i a"]:
    """Returns the decision rule at a public belief state, `[i, a]`.

    Of the rows `game.rows_at(state.public_state)`.
    """
    where = self.game.histories(state.public_state)[0]
    time = int(self.game.tree.time[where]) + self._depth
    if time > self.game.last_time:
      return self._planner(state)
    cut, values, method = self._prepared(time)
    form = cut.game.subgame(state.public_state, state.belief)
    with jax.enable_x64(True):
      start = Search(
        policies.uniform(cut.game), values.start(), np.zeros(()), np.inf
      )
      found = jax.device_get(
        search(
          form,
          cut.leaves,
          values,
          start,
          method,
          self._tolerance,
          float(self._max_sweeps),
        )
      )
    self._check(found)
    return beliefs.decision_rule(cut.game, state.public_state, found.policies)

  def _prepare(self, time: int) -> tuple[Horizon, LeafValues, Method]:
    cut = horizon.cut_off(self.game, time)
    method = self._planner.method
    objective = method.objective.restricted(cut.rows)
    values = self._values_at(self.game, cut, method)
    return cut, values, method._replace(objective=objective)

  def _check(self, found: Search) -> None:
    if not found.residual <= self._tolerance:
      warn_caller(
        f"A search of {self.game.name} was left after {found.sweeps:g} sweeps "
        f"with a residual of {found.residual:.1e}."
      )


@jax.jit
def search(
  form: SequenceForm,
  leaves: Int[Array, "l k"],
  values: LeafValues,
  start: Search,
  method: Method,
  tolerance: Float[Array, ""] | float,
  max_sweeps: Float[Array, ""] | float,
) -> Search:
  """Sweeps before a horizon until the residual is small enough, or NaN.

  Args:
    form: of the game or subgame that is cut off.
    leaves: `[l, k]`, as in `Horizon`.
    values: of the leaves.
    start: where to go on from.
    method: of the steps.
    tolerance: on the residual.
    max_sweeps: when to stop all the same.
  """

  def sweep(_: Any, state: Search) -> Search:
    valued, memory = _valued(form, leaves, values, state)
    count = state.sweeps + 1
    tables = descent.sweep(valued, state.policies, method, count)
    return Search(tables, memory, count, state.residual)

  def advance(state: Search) -> Search:
    left = max_sweeps - state.sweeps
    count = jnp.minimum(left, descent.BETWEEN_MEASUREMENTS).astype(int)
    state = lax.fori_loop(0, count, sweep, state)
    valued, memory = _valued(form, leaves, values, state)
    alpha = method.alpha(state.sweeps)
    residual = gaps.residual(valued, state.policies, method.objective, alpha)
    return Search(state.policies, memory, state.sweeps, residual)

  def unfinished(state: Search) -> Bool[Array, ""]:
    return (state.residual > tolerance) & (state.sweeps < max_sweeps)

  return lax.while_loop(unfinished, advance, start)


def _valued(
  form: SequenceForm,
  leaves: Int[Array, "l k"],
  values: LeafValues,
  state: Search,
) -> tuple[SequenceForm, Any]:
  """Returns the form with what its leaves are worth, and the memory."""
  first, second = (
    sweeps.sequence_reach(form.sides[p], state.policies[p])[form.sequences[p]]
    for p in (0, 1)
  )
  weights = jnp.append(form.chance * first * second, 0.0)[leaves]
  worth, memory = values(weights, state.memory)
  reward = jnp.append(form.reward, 0.0).at[leaves].set(worth)[:-1]
  return dataclasses.replace(form, reward=reward), memory
