# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""How far policies are from an equilibrium of the original game."""

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from nes_spiel.pub_amg import objectives, policies, sweeps
from nes_spiel.pub_amg.objectives import MiniMaxEnt, Objective
from nes_spiel.pub_amg.public_game import PublicGame
from nes_spiel.pub_amg.sequence_form import SequenceForm
from nes_spiel.pub_amg.sweeps import Policies

ROUNDING = 1e-12  # a gap so little below 0 is shown as 0


class Gaps(NamedTuple):
  """Distances from equilibrium, 0 there.

  Attributes:
    regularized_exploitability: the mean of what either player gains by a best
      response (Definition A.3), under the regularized objective.
    residual: the largest change of an action's probability by greedification,
      of information states weighted by their reach.
    exploitability: without regularization; half of OpenSpiel's NashConv.
  """

  regularized_exploitability: Float[Array, ""] | float
  residual: Float[Array, ""] | float
  exploitability: Float[Array, ""] | float

  def within(self, most: "Gaps") -> bool:
    """Returns whether no gap is larger, or as much below 0; not for NaN."""
    return bool((np.abs(np.array(self)) <= np.array(most)).all())


def gaps(
  form: SequenceForm,
  log_policies: Policies,
  objective: Objective,
  alpha: Float[Array, ""] | float,
) -> Gaps:
  """Returns how far policies are from the equilibrium of a game or subgame.

  Args:
    form: the game or subgame.
    log_policies: of both players.
    objective: its psi.
    alpha: the weight of psi.
  """
  return Gaps(
    mean_gain(form, log_policies, objective, alpha),
    residual(form, log_policies, objective, alpha),
    mean_gain(form, log_policies, MiniMaxEnt(), 0.0),
  )


def mean_gain(
  form: SequenceForm,
  log_policies: Policies,
  objective: Objective,
  alpha: Float[Array, ""] | float,
) -> Float[Array, ""]:
  """Returns the mean over players of what a best response gains.

  Half the sum of both best responses' totals: under the policies themselves
  those of the players sum to 0.

  Args:
    form: the game or subgame.
    log_policies: of both players.
    objective: its psi.
    alpha: the weight of psi.
  """
  first, second = (
    sweeps.action_values(
      form, player, log_policies, objective, alpha, best_response=True
    ).total
    for player in (0, 1)
  )
  return (first + second) / 2


def residual(
  form: SequenceForm,
  log_policies: Policies,
  objective: Objective,
  alpha: Float[Array, ""] | float,
) -> Float[Array, ""]:
  """Returns the largest change by greedification, weighted by reach.

  Arguments as in `mean_gain`.
  """
  largest = []
  for player in (0, 1):
    seen = sweeps.action_values(form, player, log_policies, objective, alpha)
    greedy = objective.greedy(sweeps.places(form, player), seen.values, alpha)
    change = jnp.abs(jnp.exp(greedy) - jnp.exp(log_policies[player]))
    change = jnp.where(form.sides[player].inside[:, None], change, 0)
    reach = seen.own * seen.reach
    largest.append(jnp.max(change * reach[:, None], initial=0))
  return jnp.maximum(*largest)


_compiled = jax.jit(mean_gain)


def exploitability(
  game: PublicGame,
  policy: Any,
  alpha: float = 0.0,
  objective: Any = MiniMaxEnt,
) -> float:
  """Returns the exploitability of an OpenSpiel policy in the original game.

  Args:
    game: the game.
    policy: as `policies.from_openspiel` takes it, or both players' tables of
      logarithms, as `correspondence` returns them.
    alpha: of the regularized one, 0 for the plain one, which is OpenSpiel's.
    objective: its psi, as `solve` takes it.

  Raises:
    ValueError: no `PublicGame`, a negative alpha, or a policy that is none.
  """
  objectives.check_alpha(alpha)
  objective = objectives.checked(objective, game)
  if alpha == 0:  # where psi does not count, nor need it know what is greedy
    objective = MiniMaxEnt()
  with jax.enable_x64(True):
    tables = policies.log_tables(game, policy)
    gap = float(_compiled(game.form, tables, objective, alpha))
  return 0.0 if -ROUNDING < gap < 0 else gap
