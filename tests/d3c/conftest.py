# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Games to test with, one of every kind."""

import jax
import pytest
import random_games

from nes_spiel.d3c import games
from nes_spiel.games import classics

GAMES = {
  "prisoners_dilemma": lambda: games.prisoners_dilemma(3, 0.7),
  "nash_paradox": lambda: games.nash_paradox(0.2),
  "braess": games.braess,
  "random_braess": lambda: games.sample_braess(jax.random.key(3)),
  "election": games.election,
  "efficient_but_unfair": games.efficient_but_unfair,
  "bilinear": lambda: games.bilinear([[1, 2], [0, 3]], [[-1, 0.5], [2, 1]]),
  "normal_form": lambda: games.from_payoffs(classics.chicken()),
}


@pytest.fixture(params=[*GAMES, "quadratic"])
def game(request):
  """One game after the other."""
  if request.param == "quadratic":
    return random_games.random_quadratic(0)
  return GAMES[request.param]()
