# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""The paper's games, and their equilibria from an independent source."""

import affine_oracle
import numpy as np
import pytest

from nes_spiel import relationship_games


@pytest.fixture(scope="session", params=["two lanes", "ambulance"])
def scenario(request):
  """Returns a game, and a function to all its equilibria `[k, n]`."""
  if request.param == "two lanes":
    return relationship_games.two_lane_congestion(), enumerate_of(False)
  return relationship_games.congestion_with_ambulance(), enumerate_of(True)


def enumerate_of(ambulance):
  def enumerate_equilibria(weights, temperature):
    return affine_oracle.enumerate_equilibria(
      weights, temperature, ambulance=ambulance
    )

  return enumerate_equilibria


@pytest.fixture(scope="session")
def social_costs():
  """Returns a function to the social costs of chances of the first lane."""

  def compute(game, chances):
    costs = []
    for row in chances:
      joint = np.ones(())
      for chance in row:
        joint = np.multiply.outer(joint, [chance, 1 - chance])
      costs.append(float((joint * game.social_cost).sum()))
    return np.array(costs)

  return compute
