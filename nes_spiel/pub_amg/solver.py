# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""The regularized equilibrium of an OpenSpiel game."""

import dataclasses
from typing import Any

import jax
import numpy as np
from jaxtyping import Float
from open_spiel.python import policy as openspiel_policy
from tqdm import tqdm

from nes_spiel.equilibria import Status
from nes_spiel.equilibria.mirror_descent import Schedule
from nes_spiel.pub_amg import descent, objectives, policies
from nes_spiel.pub_amg.descent import Descent, Method
from nes_spiel.pub_amg.gaps import Gaps
from nes_spiel.pub_amg.objectives import MiniMaxEnt
from nes_spiel.pub_amg.public_game import PublicGame
from nes_spiel.solvers import SolverError

HISTORY = 10  # records per factor of ten in sweeps


@dataclasses.dataclass(frozen=True)
class History:
  """What was measured on the way; one entry per record.

  Attributes:
    sweeps: after how many.
    alpha: the weight of psi then.
    regularized_exploitability: at that alpha.
    residual: at that alpha.
    exploitability: without regularization.
  """

  sweeps: Float[np.ndarray, " k"]
  alpha: Float[np.ndarray, " k"]
  regularized_exploitability: Float[np.ndarray, " k"]
  residual: Float[np.ndarray, " k"]
  exploitability: Float[np.ndarray, " k"]


@dataclasses.dataclass(frozen=True)
class Equilibrium:
  """An approximate regularized equilibrium of the original game.

  Attributes:
    policy: OpenSpiel's `TabularPolicy` of the game with turns.
    log_policies: the same, of both players `[i, a]` as logarithms, in the order
      of `PublicGame.information_states`.
    value: of the objective for player 0.
    regularized_exploitability: of Definition A.3.
    residual: the largest change of a probability by greedification, weighted by
      reach.
    exploitability: without regularization, as OpenSpiel's.
    sweeps: how many were made.
    status: CONVERGED, MAX_ITERATIONS or NOT_FINITE.
    history: what was measured on the way.
  """

  policy: openspiel_policy.TabularPolicy
  log_policies: tuple[Float[np.ndarray, "i a"], Float[np.ndarray, "j a"]]
  value: float
  regularized_exploitability: float
  residual: float
  exploitability: float
  sweeps: int
  status: Status
  history: History

  def check(self) -> "Equilibrium":
    """Returns the equilibrium itself, if it converged.

    Raises:
      SolverError: it did not; says how it stopped, and the gaps.
    """
    if self.status == Status.CONVERGED:
      return self
    raise SolverError(
      f"pub_amg.solve: {self.status.name} after {self.sweeps} sweeps, with a "
      "regularized exploitability of "
      f"{self.regularized_exploitability:.1e} and a residual of "
      f"{self.residual:.1e}."
    )


def solve(
  game: Any,
  alpha: float | Schedule,
  objective: Any = MiniMaxEnt,
  step_size: float | Schedule | None = None,
  tolerance: float = 1e-12,
  residual_tolerance: float = 1e-9,
  exploitability: float = np.inf,
  max_sweeps: int = 1_000_000,
  start: Any = None,
  progress: bool = False,
) -> Equilibrium:
  """Finds the unique equilibrium of a regularized objective.

  By Theorem 1 it is what every equilibrium of the public-belief game under that
  objective leads to. All information states take steps of magnetic mirror
  descent until the gaps are within tolerances.

      >>> import pyspiel
      >>> found = solve(pyspiel.load_game("kuhn_poker"), alpha=0.2)
      >>> found.status.name, round(found.exploitability, 6)
      ('CONVERGED', 0.045899)

  Args:
    game: a `PublicGame`, or an OpenSpiel game that it reads.
    alpha: above 0, or a schedule: a function of the sweep, 1, 2, ...
    objective: `MiniMaxEnt`, `MiniMaxKL(reference)`, or one of your own.
    step_size: eta, or a schedule; a tenth of alpha if None.
    tolerance: on the regularized exploitability.
    residual_tolerance: on the residual. It is needed, too: the exploitability
      is quadratic in the policy's error.
    exploitability: what the plain one must be at most. With a schedule of alpha
      that falls to 0 it says when to stop; the other two then should be inf.
    max_sweeps: when to stop all the same.
    start: an OpenSpiel policy, or both players' tables of logarithms; uniform
      if None. Where it has zeros a little of the uniform one is mixed in: steps
      multiply.
    progress: whether to show it.

  Raises:
    ValueError: a game that `PublicGame` refuses, numbers out of range, or a
      start that is no policy.
  """
  if not isinstance(game, PublicGame):
    game = PublicGame.from_openspiel(game)
  objective = objectives.checked(objective, game)
  method = descent.make_method(objective, alpha, step_size)
  descent.check_limits(
    max_sweeps,
    tolerance=tolerance,
    residual_tolerance=residual_tolerance,
    exploitability=exploitability,
  )
  most = Gaps(tolerance, residual_tolerance, exploitability)
  with jax.enable_x64(True):
    tables = policies.uniform(game)
    if start is not None:
      tables = policies.interior(game, policies.log_tables(game, start))
    records = _run(game, tables, method, most, max_sweeps, progress)
    return _equilibrium(game, method, most, records)


def _run(
  game: PublicGame,
  tables: Any,
  method: Method,
  most: Gaps,
  max_sweeps: int,
  progress: bool,
) -> list[Descent]:
  """Returns what was measured, ten times per factor of ten in sweeps."""
  start = descent.measured(game.form, tables, method, 0.0)
  records = [jax.device_get(start)]
  stops = np.unique(
    np.ceil(
      np.geomspace(1, max_sweeps, 1 + int(HISTORY * np.log10(max_sweeps)))
    )
  )
  with tqdm(total=max_sweeps, unit="sweep", disable=not progress) as bar:
    for stop in stops.tolist():
      found = jax.device_get(
        descent.descend(game.form, records[-1], method, most, stop)
      )
      if found.sweeps == records[-1].sweeps:
        break
      if not bar.n:
        bar.unpause()  # compiling says nothing about the time that is left
      records.append(found)
      bar.update(int(found.sweeps) - bar.n)
      bar.set_postfix(gap=f"{found.gaps.regularized_exploitability:.1e}")
  return records


def _equilibrium(
  game: PublicGame, method: Method, most: Gaps, records: list[Descent]
) -> Equilibrium:
  """Returns the last record, and the way there."""
  last = records[-1]
  steps = np.array([float(record.sweeps) for record in records])
  alphas = np.asarray(jax.vmap(method.alpha)(np.maximum(steps, 1)))
  columns = np.array([record.gaps for record in records], np.float64).T
  converged = last.gaps.within(most)
  status = Status.CONVERGED if converged else Status.MAX_ITERATIONS
  if not np.isfinite(columns[:, -1]).all():
    status = Status.NOT_FINITE
  total = descent.value(
    game.form, last.policies, method, max(float(steps[-1]), 1.0)
  )
  return Equilibrium(
    policy=policies.to_openspiel(game, last.policies),
    log_policies=last.policies,
    value=float(total),
    regularized_exploitability=float(columns[0, -1]),
    residual=float(columns[1, -1]),
    exploitability=float(columns[2, -1]),
    sweeps=int(last.sweeps),
    status=status,
    history=History(steps, alphas, *columns),
  )
