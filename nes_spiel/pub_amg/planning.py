# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Decision-time planning: the subgame at a belief is solved when it is met."""

import functools
from typing import Any

import jax
import numpy as np
from jaxtyping import Float

from nes_spiel.games.warn_caller import warn_caller
from nes_spiel.pub_amg import beliefs, descent, objectives, policies
from nes_spiel.pub_amg.beliefs import PublicBelief
from nes_spiel.pub_amg.descent import Descent
from nes_spiel.pub_amg.gaps import Gaps
from nes_spiel.pub_amg.objectives import MiniMaxEnt
from nes_spiel.pub_amg.public_game import PublicGame
from nes_spiel.pub_amg.sweeps import Policies

CACHED = 10_000  # beliefs


class Planner:
  """The public-belief policy whose rule at a belief is that of its subgame.

  Deterministic: a call solves the subgame under a regularized objective, from
  the solution at the beginning of the game, and is cached; it warns where the
  tolerance was not reached. It is a `PublicPolicy`, so that `correspondence`
  maps it to the original game.

      >>> import pyspiel
      >>> from nes_spiel import pub_amg
      >>> game = PublicGame.from_openspiel(pyspiel.load_game("kuhn_poker"))
      >>> first, second = pub_amg.correspondence(game, Planner(game, alpha=0.2))
      >>> [round(float(p), 4) for p in np.exp(first[0])]
      [0.7901, 0.2099]
  """

  def __init__(
    self,
    game: PublicGame,
    alpha: float,
    objective: Any = MiniMaxEnt,
    step_size: float | None = None,
    tolerance: float = 1e-12,
    residual_tolerance: float = 1e-9,
    max_sweeps: int = 100_000,
    warm_start: bool = True,
  ):
    """Prepares planning.

    Args:
      game: the game.
      alpha: above 0.
      objective: as `solve` takes it.
      step_size: eta, a tenth of alpha if None.
      tolerance: on the subgame's regularized exploitability.
      residual_tolerance: on its residual.
      max_sweeps: of each subgame.
      warm_start: whether a subgame starts from the solution at the beginning of
        the game, or else from uniform policies.

    Raises:
      ValueError: no `PublicGame`, numbers out of range, or a schedule of alpha.
    """
    descent.check_limits(
      max_sweeps, tolerance=tolerance, residual_tolerance=residual_tolerance
    )
    objective = objectives.checked(objective, game)
    self.game = game
    self.method = descent.make_constant_method(objective, alpha, step_size)
    self._most = Gaps(tolerance, residual_tolerance, np.inf)
    self._max_sweeps = max_sweeps
    self._warm_start = warm_start
    self._cached = functools.lru_cache(CACHED)(self._plan)

  def __call__(self, state: PublicBelief) -> Float[np.ndarray, "i a"]:
    """Returns the decision rule at a public belief state, `[i, a]`.

    Of the rows `game.rows_at(state.public_state)`.
    """
    found = self.plan(state).policies
    return beliefs.decision_rule(self.game, state.public_state, found)

  def plan(self, state: PublicBelief) -> Descent:
    """Returns the solution of the subgame that a belief starts."""
    belief = np.asarray(state.belief, np.float64)
    return self._cached(state.public_state, tuple(belief.tolist()))

  def value(self, state: PublicBelief) -> float:
    """Returns the objective's value to player 0 of the game from a belief on.

    It is continuous in the belief (Theorem 4), and so is the decision rule.
    """
    form = self.game.subgame(state.public_state, state.belief)
    with jax.enable_x64(True):
      found = self.plan(state).policies
      return float(descent.value(form, found, self.method, 1.0))

  def _plan(self, public_state: int, belief: tuple[float, ...]) -> Descent:
    form = self.game.subgame(public_state, np.array(belief))
    return self._descend(form, self._start)

  @functools.cached_property
  def _start(self) -> Policies:
    """Where subgames start."""
    uniform = policies.uniform(self.game)
    if not self._warm_start:
      return uniform
    return self._descend(self.game.form, uniform).policies

  def _descend(self, form: Any, tables: Policies) -> Descent:
    """Returns the solution of one game or subgame."""
    with jax.enable_x64(True):
      start = descent.measured(form, tables, self.method, 0.0)
      found = jax.device_get(
        descent.descend(
          form, start, self.method, self._most, float(self._max_sweeps)
        )
      )
    if not found.gaps.within(self._most):
      warn_caller(
        f"A subgame of {self.game.name} was left after {found.sweeps:g} sweeps "
        "with a regularized exploitability of "
        f"{found.gaps.regularized_exploitability:.1e} and a residual of "
        f"{found.gaps.residual:.1e}."
      )
    return found
