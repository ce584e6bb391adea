# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
r"""Value iteration on markov_soccer: all states in a call, or one by one.

  python -m benchmarks.markov_games

A zero-sum Markov game has one value, which every solver of its states' games
should reach: ours, the maximum-entropy CCE of all 1444 in one call, and linear
programs by HiGHS, one after the other. Compares the values where both end, and
the time of a step. OpenSpiel's solvers for its multi-agent Q-learners answer
the games of a sample of states at our last values, beside ours as one of them.
Compilation is excluded.
"""

import numpy as np
import pyspiel
from absl import app, flags
from open_spiel.python.algorithms import tabular_multiagent_qlearner
from scipy import optimize

from benchmarks import report
from nes_spiel import MaximumEntropy, games, meta_solvers, solvers
from nes_spiel.examples import command_line

_DISCOUNT = flags.DEFINE_float("discount", 0.9, "Gamma.")
_TOLERANCE = flags.DEFINE_float("tolerance", 1e-5, "Of values.")
_RHO = flags.DEFINE_float("rho", 1e6, "Of Eq. 6.")
_SAMPLE = flags.DEFINE_integer("sample", 5, "States for OpenSpiel's.", 1)
_REPEATS = flags.DEFINE_integer("repeats", 5, "Of a step.", 1)


def minimax(payoffs):
  """Returns a matrix game's value to who chooses rows, by HiGHS."""
  rows, columns = payoffs.shape
  found = optimize.linprog(
    np.append(np.zeros(rows), -1.0),
    A_ub=np.hstack([-payoffs.T, np.ones((columns, 1))]),
    b_ub=np.zeros(columns),
    A_eq=np.append(np.ones(rows), 0.0)[None],
    b_eq=[1.0],
    bounds=[(0, None)] * rows + [(None, None)],
  )
  return -found.fun


def by_linear_programs(game):
  """Returns values to player 0, by one program a state and step."""
  values, change = np.zeros(len(game.names)), np.inf
  while change > _TOLERANCE.value:
    both = np.stack([values, -values], axis=1)
    tables = game.action_values(both, _DISCOUNT.value)[:, 0]
    after = np.array([minimax(table) for table in tables])
    change, values = np.abs(after - values).max(), after
  return values


def step_rows(game, tables, selection):
  """Returns microseconds a state of a step, of ours and of programs."""
  turns = []
  for _ in range(_REPEATS.value):
    ours = report.seconds(
      lambda: solvers.solve_batch(tables, "cce", selection, "exact")
    )
    programs = report.seconds(lambda: [minimax(table[0]) for table in tables])
    turns.append((ours, programs, programs / ours))
  columns = np.array(turns).T
  scale = 1e6 / len(game.names)
  return [
    ["nes_spiel", len(tables), *report.spread(scale * columns[0])],
    ["HiGHS", len(tables), *report.spread(scale * columns[1])],
    ["ratio", len(tables), *report.spread(columns[2])],
  ]


def learner_rows(tables, selection):
  """Returns microseconds a state of what answers one state at a time."""
  openspiel = tabular_multiagent_qlearner
  named = {
    "nes_spiel, one state": meta_solvers.JointActionSolver(
      "cce", selection, "exact"
    ),
    "OpenSpiel, CorrelatedEqSolver": openspiel.CorrelatedEqSolver(is_cce=True),
    "OpenSpiel, TwoPlayerNashSolver": openspiel.TwoPlayerNashSolver(),
  }
  rows = []
  for name, solver in named.items():
    solver(tables[0])
    times = [
      report.seconds(lambda solver=solver: [solver(table) for table in tables])
      for _ in range(_REPEATS.value)
    ]
    scaled = 1e6 * np.array(times) / len(tables)
    rows.append([name, len(tables), *report.spread(scaled)])
  return rows


def run_all():
  """Runs, prints and writes."""
  report.show_setting(
    discount=_DISCOUNT.value,
    tolerance=_TOLERANCE.value,
    rho=_RHO.value,
    sample=_SAMPLE.value,
    repeats=_REPEATS.value,
  )
  game = games.markov_game(pyspiel.load_game("markov_soccer"))
  selection = MaximumEntropy(rho=_RHO.value)
  options = {"discount": _DISCOUNT.value, "tolerance": _TOLERANCE.value}
  found = solvers.solve_markov_game(
    game, "cce", selection, method="exact", **options
  )
  tables = game.action_values(found.values, _DISCOUNT.value)
  rng = np.random.default_rng(0)  # mgcce takes seconds for some states
  some = tables[rng.choice(len(tables), _SAMPLE.value, replace=False)]
  columns = ("solver", "states", *report.spread_names("us/state"))
  rows = step_rows(game, tables, selection)
  report.show("markov_games", "markov_soccer, one step", columns, rows)
  rows = learner_rows(some, selection)
  report.show("markov_games_learners", "One state a call", columns, rows)
  apart = np.abs(found.values[:, 0] - by_linear_programs(game))
  report.show(
    "markov_games_values",
    "Values at the end, ours and by linear programs",
    ("states", "largest difference", "mean difference", "our largest gap"),
    [[len(apart), apart.max(), apart.mean(), float(found.gaps.max())]],
  )


def main(argv):
  """Runs; a user's mistake ends it with one line."""
  with command_line.program(argv):
    run_all()


if __name__ == "__main__":
  app.run(main)
