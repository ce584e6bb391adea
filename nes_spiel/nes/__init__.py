# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""The Neural Equilibrium Solver: a network from games to equilibria."""

from typing import Any

from nes_spiel.nes.config import Config
from nes_spiel.nes.evaluation import STRATA, Evaluation, evaluate
from nes_spiel.nes.files import Model, load, save
from nes_spiel.nes.fine_tuning import FineTuning, Tuned, fine_tune
from nes_spiel.nes.network import Network, Variables
from nes_spiel.nes.pretrained import load_pretrained, pretrained_table
from nes_spiel.nes.recipe import Recipe
from nes_spiel.nes.recipes import RECIPES
from nes_spiel.nes.rows import ROWS
from nes_spiel.nes.train_loop import TrainingDivergedError, train
from nes_spiel.nes.training_games import Batch, Bucket
from nes_spiel.nes.training_selections import sample_selections
from nes_spiel.nes.untrained import untrained_model

__all__ = [
  "PRETRAINED",
  "RECIPES",
  "ROWS",
  "STRATA",
  "Batch",
  "Bucket",
  "Config",
  "Evaluation",
  "FineTuning",
  "Model",
  "Network",
  "Recipe",
  "TrainingDivergedError",
  "Tuned",
  "Variables",
  "evaluate",
  "fine_tune",
  "load",
  "load_pretrained",
  "sample_selections",
  "save",
  "train",
  "untrained_model",
]


def __getattr__(name: str) -> Any:
  """Reads the shipped files only when their table is asked for."""
  if name == "PRETRAINED":
    return pretrained_table()
  raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
