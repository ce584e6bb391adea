# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Social dilemmas of the D3C paper as pure functions for JAX.

Every environment has the same four: `reset(key)`, `step(key, state, actions)`,
`observe(state)` and `render(state)`; see `Environment`.
"""

from nes_spiel.d3c.envs import maps
from nes_spiel.d3c.envs.cleanup import Cleanup, CleanupEvents, CleanupState
from nes_spiel.d3c.envs.coins import CoinEvents, Coins, CoinsState
from nes_spiel.d3c.envs.environment import Environment
from nes_spiel.d3c.envs.grid_world import Body, Fines
from nes_spiel.d3c.envs.harvest_patch import (
  HarvestEvents,
  HarvestPatch,
  HarvestState,
)
from nes_spiel.d3c.envs.registry import NAMES, make
from nes_spiel.d3c.envs.trust_your_brother import (
  PreyEvents,
  PreyState,
  TrustYourBrother,
)

__all__ = [
  "NAMES",
  "Body",
  "Cleanup",
  "CleanupEvents",
  "CleanupState",
  "CoinEvents",
  "Coins",
  "CoinsState",
  "Environment",
  "Fines",
  "HarvestEvents",
  "HarvestPatch",
  "HarvestState",
  "PreyEvents",
  "PreyState",
  "TrustYourBrother",
  "make",
  "maps",
]
