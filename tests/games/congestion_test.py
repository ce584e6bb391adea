# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Costs of lanes that get slower with every car."""

import numpy as np
import pytest

from nes_spiel.games import congestion


def test_lanes_by_hand():
  """Three cars, the first two in lane a."""
  costs = congestion.lane_costs(3, (1.0, 2.0))
  np.testing.assert_array_equal(costs[:, 0, 0, 1], [2, 2, 2])
  np.testing.assert_array_equal(costs[:, 1, 1, 1], [6, 6, 6])
  np.testing.assert_array_equal(costs[:, 1, 0, 1], [4, 1, 4])
  assert congestion.lane_costs(2, (1.0, 2.0, 3.0)).shape == (2, 3, 3)


def test_lanes_that_cannot_be():
  with pytest.raises(ValueError, match="players: expected at least one"):
    congestion.lane_costs(0, (1.0,))
  with pytest.raises(ValueError, match="slopes: expected at least one lane"):
    congestion.lane_costs(2, ())
  with pytest.raises(ValueError, match="slopes: every value must be finite"):
    congestion.lane_costs(2, (1.0, np.inf))
