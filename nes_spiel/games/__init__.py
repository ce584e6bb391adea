# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Normal-form games as arrays: player axis first, then one axis per player."""

from nes_spiel.games import classics, gamut, masks
from nes_spiel.games.gambit_files import read_nfg, write_nfg
from nes_spiel.games.markov_game import MarkovGame
from nes_spiel.games.markov_reading import markov_game
from nes_spiel.games.openspiel import from_openspiel, load, to_openspiel
from nes_spiel.games.padding import pad, pad_joint, unpad
from nes_spiel.games.sampling import sample_invariant
from nes_spiel.games.standardization import (
  NORMS,
  Standardized,
  norm_constant,
  standardize,
)
from nes_spiel.games.validation import (
  as_payoffs,
  check_payoffs,
  check_strategy_mask,
)

__all__ = [
  "NORMS",
  "MarkovGame",
  "Standardized",
  "as_payoffs",
  "check_payoffs",
  "check_strategy_mask",
  "classics",
  "from_openspiel",
  "gamut",
  "load",
  "markov_game",
  "masks",
  "norm_constant",
  "pad",
  "pad_joint",
  "read_nfg",
  "sample_invariant",
  "standardize",
  "to_openspiel",
  "unpad",
  "write_nfg",
]
