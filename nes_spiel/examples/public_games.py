# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Public-belief games by the name that a user gives."""

import pyspiel

from nes_spiel import pub_amg


def load(name: str) -> pub_amg.PublicGame:
  """Returns a game of OpenSpiel's; raises ValueError for one it refuses."""
  try:
    game = pyspiel.load_game(name)
  except RuntimeError as error:
    raise ValueError(f"--game: OpenSpiel refuses {name!r}.") from error
  return pub_amg.PublicGame.from_openspiel(game)
