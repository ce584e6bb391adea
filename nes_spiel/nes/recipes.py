# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""The recipes of the networks that are shipped, by name."""

from nes_spiel.equilibria import Concept
from nes_spiel.nes.config import Config, Input
from nes_spiel.nes.recipe import Recipe
from nes_spiel.nes.rows import ROWS
from nes_spiel.nes.training_games import Bucket

# What a network for meta-games sees: the payoffs, and the repeats as target.
_INPUTS: tuple[Input, ...] = ("payoffs", "reference_logits")

# Two players: mostly 2 to 8 strategies, with a tail to 24.
_TWO = (
  Bucket(2, 4, 256, 3.0),
  Bucket(5, 8, 128, 5.0),
  Bucket(9, 16, 32, 1.5),
  Bucket(17, 24, 16, 0.5),
)
# CE networks also see games of 32 strategies.
_TWO_CE = (*_TWO[:3], Bucket(17, 32, 8, 1.0))
# Three players: mostly 2 to 5 strategies, with a tail to 12.
_THREE = (
  Bucket(2, 4, 128, 4.0),
  Bucket(5, 8, 16, 4.0),
  Bucket(9, 12, 8, 0.5),
)
# Four players: mostly 2 to 4 strategies, with a tail to 6.
_FOUR = (
  Bucket(2, 3, 64, 4.0),
  Bucket(4, 4, 16, 4.0),
  Bucket(5, 6, 8, 0.5),
)


# One network for all of Table 3.
_ALL: tuple[Input, ...] = (*_INPUTS, "target_epsilon")


# The rows in which an epsilon is asked for, which need other duals than zero.
_EPSILON = ("MS", "eps-ME", "eps-MWME", "eps-MRE")

# A CE has a dual for every pair of strategies, and takes more of them.
_CORRECTIONS: dict[Concept, int] = {"cce": 8, "ce": 16}


def _config(
  concept: Concept, players: int, inputs: tuple[Input, ...] = _INPUTS
) -> Config:
  """Returns the default architecture, which looks at its answer."""
  return Config(concept, players, inputs, corrections=_CORRECTIONS[concept])


RECIPES: dict[str, tuple[Config, Recipe]] = {
  "cce_2p": (_config("cce", 2), Recipe(_TWO)),
  "ce_2p": (_config("ce", 2), Recipe(_TWO_CE, learning_rate=5e-4)),
  "cce_2p_rows": (
    _config("cce", 2, _ALL),
    Recipe(_TWO, rows=tuple(ROWS)),
  ),
  "ce_2p_rows": (
    _config("ce", 2, _ALL),
    Recipe(_TWO_CE, rows=tuple(ROWS)),
  ),
  "ce_2p_epsilon": (
    _config("ce", 2, _ALL),
    Recipe(_TWO[:3], rows=_EPSILON, learning_rate=5e-4),
  ),
  "cce_3p": (_config("cce", 3), Recipe(_THREE)),
  "cce_4p": (_config("cce", 4), Recipe(_FOUR, learning_rate=5e-4)),
}
