# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Public-belief games over OpenSpiel, solved with magnetic mirror descent.

Sokota et al., Abstracting Imperfect Information Away from Two-Player Zero-Sum
Games (2023).

  >>> import pyspiel
  >>> from nes_spiel import pub_amg
  >>> found = pub_amg.solve(pyspiel.load_game("kuhn_poker"), alpha=0.2)
  >>> round(float(found.policy.policy_for_key("0")[1]), 4)
  0.2099
"""

from nes_spiel.pub_amg.beliefs import (
  PublicBelief,
  Successor,
  decision_rule,
  initial_beliefs,
  successors,
)
from nes_spiel.pub_amg.bot import PublicBeliefBot
from nes_spiel.pub_amg.common_payoff import (
  CommonPayoffSolution,
  solve_common_payoff,
)
from nes_spiel.pub_amg.depth_limited import DepthLimitedPlanner
from nes_spiel.pub_amg.gaps import exploitability
from nes_spiel.pub_amg.horizon import Horizon
from nes_spiel.pub_amg.leaf_values import (
  ConstantValues,
  ExactValues,
  LeafValues,
)
from nes_spiel.pub_amg.learned_values import BeliefValue, load_value
from nes_spiel.pub_amg.maps import canonical_choice, correspondence
from nes_spiel.pub_amg.nested import solve_nested
from nes_spiel.pub_amg.network import BeliefNetwork
from nes_spiel.pub_amg.objectives import (
  MiniMaxEnt,
  MiniMaxKL,
  Objective,
  Places,
)
from nes_spiel.pub_amg.planning import Planner
from nes_spiel.pub_amg.policies import from_openspiel, to_openspiel
from nes_spiel.pub_amg.public_game import PublicGame
from nes_spiel.pub_amg.public_gaps import (
  PublicExploitability,
  public_exploitability,
)
from nes_spiel.pub_amg.solver import Equilibrium, History, solve
from nes_spiel.pub_amg.value_examples import Examples, collect, joined
from nes_spiel.pub_amg.value_training import fit

__all__ = [
  "BeliefNetwork",
  "BeliefValue",
  "CommonPayoffSolution",
  "ConstantValues",
  "DepthLimitedPlanner",
  "Equilibrium",
  "ExactValues",
  "Examples",
  "History",
  "Horizon",
  "LeafValues",
  "MiniMaxEnt",
  "MiniMaxKL",
  "Objective",
  "Places",
  "Planner",
  "PublicBelief",
  "PublicBeliefBot",
  "PublicExploitability",
  "PublicGame",
  "Successor",
  "canonical_choice",
  "collect",
  "correspondence",
  "decision_rule",
  "exploitability",
  "fit",
  "from_openspiel",
  "initial_beliefs",
  "joined",
  "load_value",
  "public_exploitability",
  "solve",
  "solve_common_payoff",
  "solve_nested",
  "successors",
  "to_openspiel",
]
