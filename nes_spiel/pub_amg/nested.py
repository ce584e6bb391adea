# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""The paper's own solvers of two- and three-step games (Appendix C.2).

The last step's decision rule is the closed form at the belief that the others
lead to, the first's takes a mirror step per iteration, and the one in between,
if there is one, sqrt(t) of them in iteration t. Rules persist from iteration to
iteration. With alpha = 0 this shows what regularization is for: the public-
belief game is solved, the original one is not.
"""

import functools
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jaxtyping import Bool, Float

from nes_spiel.equilibria.mirror_descent import Schedule, as_schedule
from nes_spiel.pub_amg import descent, objectives, policies
from nes_spiel.pub_amg.gaps import Gaps, gaps
from nes_spiel.pub_amg.objectives import MiniMaxEnt, Objective
from nes_spiel.pub_amg.public_game import PublicGame, check_public_game
from nes_spiel.pub_amg.sequence_form import Array, SequenceForm
from nes_spiel.pub_amg.sweeps import Policies


class Step(NamedTuple):
  """Where one time step's decision rule stands in the policies.

  Attributes:
    player: who acts.
    rows: `[i]`, the information states of that step.
  """

  player: int
  rows: Bool[Array, " i"]


class Rates(NamedTuple):
  """Schedules of the iteration t = 1, 2, ...

  Attributes:
    alpha: the weight of psi.
    first: eta of the first step.
    second: eta of the second, in games of three.
  """

  alpha: Schedule
  first: Schedule
  second: Schedule


def solve_nested(
  game: PublicGame,
  alpha: float | Schedule,
  first_step_size: float | Schedule,
  second_step_size: float | Schedule,
  records: Any,
  objective: Any = MiniMaxEnt,
) -> list[tuple[Policies, Gaps]]:
  """Iterates as Appendices C.2.1 (two steps) and C.2.2 (three) do.

  Args:
    game: of two or three time steps.
    alpha: 0 or more, or a schedule.
    first_step_size: eta of the first step, or a schedule.
    second_step_size: eta of the second; without effect in games of two.
    records: after which iterations, ascending; without effect on the run.
    objective: its psi.

  Returns:
    The policies that correspond, as logarithms, and their gaps in the original
    game, for each record.

  Raises:
    ValueError: no `PublicGame`, one of another number of steps, numbers out of
      range, or records that do not ascend from 1.
  """
  check_public_game(game)
  steps = time_steps(game)
  if len(steps) not in (2, 3):
    raise ValueError(
      f"game: expected two or three time steps, {game.name} has {len(steps)}."
    )
  records = [float(record) for record in records]
  if records != sorted(records) or min(records, default=1) < 1:
    raise ValueError(f"records: expected 1 or more, ascending, got {records}.")
  if not callable(alpha):
    objectives.check_alpha(alpha)
  descent.check_step_size("first_step_size", first_step_size)
  descent.check_step_size("second_step_size", second_step_size)
  objective = objectives.checked(objective, game)
  rates = Rates(
    as_schedule(alpha),
    as_schedule(first_step_size),
    as_schedule(second_step_size),
  )
  players = tuple(step.player for step in steps)
  rows = tuple(step.rows for step in steps)
  found = []
  with jax.enable_x64(True):
    tables, done = policies.uniform(game), 0.0
    for stop in records:
      tables, shown = _iterate(
        game.form, tables, rows, objective, rates, done, stop, players
      )
      found.append(jax.device_get(shown))
      done = stop
  return found


def time_steps(game: PublicGame) -> list[Step]:
  """Returns the decision rules of a game whose actors alternate publicly.

  Raises:
    ValueError: a time step at which either player may act.
  """
  acting = game.tree.decisions
  times = game.tree.time[acting]
  steps = []
  for time in range(game.last_time + 1):
    now = acting[times == time]
    actors = np.unique(game.tree.actor[now])
    if len(actors) > 1:
      raise ValueError(
        f"game: in {game.name} either player may act at time step {time}."
      )
    player = int(actors[0])
    count = len(game.information_states[player].strings)
    rows = np.isin(np.arange(count), game.information_state[now])
    steps.append(Step(player, rows))
  return steps


@functools.partial(jax.jit, static_argnames=("players",))
def _iterate(
  form: SequenceForm,
  tables: Policies,
  rows: tuple[Array, ...],
  objective: Objective,
  rates: Rates,
  done: Float[Array, ""] | float,
  stop: Float[Array, ""] | float,
  players: tuple[int, ...],
) -> tuple[Policies, tuple[Policies, Gaps]]:
  """Makes iterations `done` + 1 to `stop`.

  Returns:
    What the next iteration starts from; and the policies that it shows, the
    later rules being those that follow the first's, with their gaps.
  """
  steps = [Step(*pair) for pair in zip(players, rows, strict=True)]

  def iterate(state: tuple[Policies, Array]) -> tuple[Policies, Array]:
    tables, t = state
    alpha = rates.alpha(t)
    follow = functools.partial(_follow, form, steps, objective, rates, t)
    tables = follow(tables)
    moved = _moved(form, steps[0], tables, objective, alpha, rates.first(t))
    return moved, t + 1

  tables, t = lax.while_loop(
    lambda state: state[1] <= stop, iterate, (tables, jnp.asarray(done + 1.0))
  )
  last = t - 1
  seen = _follow(form, steps, objective, rates, last, tables)
  return tables, (seen, gaps(form, seen, objective, rates.alpha(last)))


def _follow(
  form: SequenceForm,
  steps: list[Step],
  objective: Objective,
  rates: Rates,
  t: Float[Array, ""],
  tables: Policies,
) -> Policies:
  """Returns the rules of all steps after the first, given that one's."""
  alpha = rates.alpha(t)
  respond = functools.partial(
    _moved, form, steps[-1], objective=objective, alpha=alpha, step_size=None
  )
  if len(steps) == 2:
    return respond(tables=tables)

  def inner(_: Any, tables: Policies) -> Policies:
    tables = respond(tables=tables)
    return _moved(form, steps[1], tables, objective, alpha, rates.second(t))

  count = jnp.ceil(jnp.sqrt(t)).astype(jnp.int32)
  return respond(tables=lax.fori_loop(0, count, inner, tables))


def _moved(
  form: SequenceForm,
  step: Step,
  tables: Policies,
  objective: Objective,
  alpha: Float[Array, ""],
  step_size: Float[Array, ""] | None,
) -> Policies:
  """Returns policies with one rule moved; without eta to the closed form."""
  player = step.player
  after = descent.moved_rule(form, player, tables, objective, alpha, step_size)
  changed = jnp.where(step.rows[:, None], after, tables[player])
  return (changed, tables[1]) if player == 0 else (tables[0], changed)
