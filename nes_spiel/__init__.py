# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Equilibria and incentives for OpenSpiel: fast, batched, differentiable.

  >>> import nes_spiel
  >>> chicken = nes_spiel.games.classics.chicken()
  >>> solution = nes_spiel.solve(chicken, concept="ce")
  >>> float(solution.gap_sum) < 0.05
  True

`nes_spiel.meta_solvers` and `nes_spiel.pub_amg`, which need OpenSpiel,
`nes_spiel.d3c`, `nes_spiel.mechanism_design`, `nes_spiel.nes` and
`nes_spiel.relationship_games` are loaded when first used.
"""

import importlib
from typing import Any

from nes_spiel import equilibria, games, solvers
from nes_spiel.equilibria import (
  MaximumEntropy,
  MaximumStrength,
  MaximumWelfare,
  MaximumWelfareMaximumEntropy,
  MinimumRelativeEntropy,
  Selection,
)
from nes_spiel.solvers import Solution, SolverError, Status, solve, solve_batch

__version__ = "0.1.0"

__all__ = [
  "MaximumEntropy",
  "MaximumStrength",
  "MaximumWelfare",
  "MaximumWelfareMaximumEntropy",
  "MinimumRelativeEntropy",
  "Selection",
  "Solution",
  "SolverError",
  "Status",
  "d3c",
  "equilibria",
  "games",
  "mechanism_design",
  "meta_solvers",
  "nes",
  "pub_amg",
  "relationship_games",
  "solve",
  "solve_batch",
  "solvers",
]

_LOADED_ON_FIRST_USE = (
  "d3c",
  "mechanism_design",
  "meta_solvers",
  "nes",
  "pub_amg",
  "relationship_games",
)


def __getattr__(name: str) -> Any:
  """Imports the sub-packages that need much when they are asked for."""
  if name in _LOADED_ON_FIRST_USE:
    return importlib.import_module(f"nes_spiel.{name}")
  raise AttributeError(f"module 'nes_spiel' has no attribute {name!r}")
