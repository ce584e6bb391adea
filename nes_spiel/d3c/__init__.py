# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""D3C: agents learn to mix their losses so that anarchy costs less.

Gemp et al., D3C: Reducing the Price of Anarchy in Multi-Agent Learning (2022).

`d3c.openspiel`, which needs OpenSpiel, is loaded when first used.
"""

import importlib
from typing import Any

from nes_spiel.d3c import envs, games
from nes_spiel.d3c.actor_critic import ActorCritic
from nes_spiel.d3c.agent_steps import AGENT_MODES
from nes_spiel.d3c.agent_training import AgentTraining, train_agents
from nes_spiel.d3c.algorithm import Algorithm, Outcome
from nes_spiel.d3c.bandit import (
  MixingState,
  mix_rewards,
  mixing_trial,
  mixing_update,
  referred_returns,
)
from nes_spiel.d3c.first_rows import mixing_start
from nes_spiel.d3c.game import Game, Recipe
from nes_spiel.d3c.learner import Population, State, initial_state, step
from nes_spiel.d3c.local_change import LocalChange, local_change, row_gradients
from nes_spiel.d3c.mixing_options import MixingOptions
from nes_spiel.d3c.mixings import (
  cooperative,
  selfish,
  social_value_orientation,
  team_spirit,
)
from nes_spiel.d3c.modes import MODES, Mode, fixed
from nes_spiel.d3c.price_of_anarchy import (
  LocalPrice,
  additive_bound,
  egalitarian_bound,
  local_price_of_anarchy,
  local_price_of_anarchy_bound,
  utilitarian_bound,
)
from nes_spiel.d3c.reciprocity import Synchrony, synchrony
from nes_spiel.d3c.reinforce import Reinforce
from nes_spiel.d3c.training import Training, TrainingStatus, train

__all__ = [
  "AGENT_MODES",
  "MODES",
  "ActorCritic",
  "AgentTraining",
  "Algorithm",
  "Game",
  "LocalChange",
  "LocalPrice",
  "MixingOptions",
  "MixingState",
  "Mode",
  "Outcome",
  "Population",
  "Recipe",
  "Reinforce",
  "State",
  "Synchrony",
  "Training",
  "TrainingStatus",
  "additive_bound",
  "cooperative",
  "egalitarian_bound",
  "envs",
  "fixed",
  "games",
  "initial_state",
  "local_change",
  "local_price_of_anarchy",
  "local_price_of_anarchy_bound",
  "mix_rewards",
  "mixing_start",
  "mixing_trial",
  "mixing_update",
  "openspiel",
  "referred_returns",
  "row_gradients",
  "selfish",
  "social_value_orientation",
  "step",
  "synchrony",
  "team_spirit",
  "train",
  "train_agents",
  "utilitarian_bound",
]


def __getattr__(name: str) -> Any:
  """Imports what needs OpenSpiel when it is asked for."""
  if name == "openspiel":
    return importlib.import_module("nes_spiel.d3c.openspiel")
  raise AttributeError(f"module 'nes_spiel.d3c' has no attribute {name!r}")
