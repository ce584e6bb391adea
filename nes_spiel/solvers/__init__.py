# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""One front for all methods of solving a normal-form game."""

from nes_spiel.equilibria.dual_solution import Status
from nes_spiel.solvers.front import solve, solve_batch
from nes_spiel.solvers.markov_games import (
  MarkovSolution,
  MarkovStatus,
  expected_values,
  solve_markov_game,
)
from nes_spiel.solvers.price_of_anarchy import (
  WelfareBounds,
  price_of_anarchy,
  welfare_bounds,
)
from nes_spiel.solvers.solution import (
  CONCEPTS,
  METHODS,
  Concept,
  Method,
  Solution,
  SolverError,
)

__all__ = [
  "CONCEPTS",
  "METHODS",
  "Concept",
  "MarkovSolution",
  "MarkovStatus",
  "Method",
  "Solution",
  "SolverError",
  "Status",
  "WelfareBounds",
  "expected_values",
  "price_of_anarchy",
  "solve",
  "solve_batch",
  "solve_markov_game",
  "welfare_bounds",
]
