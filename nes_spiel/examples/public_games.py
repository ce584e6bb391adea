# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Public-belief games by the name that a user gives."""

from nes_spiel import pub_amg
from nes_spiel.examples import named_games


def load(name: str) -> pub_amg.PublicGame:
  """Returns a game of OpenSpiel's; raises ValueError for one it refuses."""
  return pub_amg.PublicGame.from_openspiel(named_games.load_openspiel(name))
