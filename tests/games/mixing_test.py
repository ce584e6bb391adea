# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Mixing, superposition and the sets that weights are projected to."""

import jax
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nes_spiel.games import congestion, mixing


def test_row_i_is_what_player_i_receives(x64):
  """By hand, with a mixing that its transpose would betray."""
  costs = np.arange(12.0).reshape(3, 2, 2)[:, :, :, None] + np.zeros(2)
  network = np.array([[1.0, 2.0, 0.0], [0.0, 1.0, 0.5], [3.0, 0.0, -1.0]])
  expected = np.stack(
    [
      costs[0] + 2 * costs[1],
      costs[1] + 0.5 * costs[2],
      3 * costs[0] - costs[2],
    ]
  )
  np.testing.assert_allclose(mixing.mix(costs, network), expected)


def test_superposition(x64):
  relationships = np.random.default_rng(0).normal(size=(3, 4, 4))
  weights = np.array([0.5, -1.0, 2.0])
  expected = sum(w * r for w, r in zip(weights, relationships, strict=True))
  np.testing.assert_allclose(
    mixing.superpose(weights, relationships), expected, atol=1e-14
  )


@settings(derandomize=True, deadline=None, max_examples=30)
@given(st.integers(0, 2**31 - 1))
def test_projections_are_the_nearest_points(seed):
  """No other point of the set that is drawn lies nearer."""
  rng = np.random.default_rng(seed)
  vector = rng.normal(size=4).astype(np.float32)
  other = rng.normal(size=4)
  sphere = np.asarray(mixing.project_to_sphere(vector))
  assert np.linalg.norm(sphere) == pytest.approx(1, abs=1e-6)
  away = np.linalg.norm(other / np.linalg.norm(other) - vector)
  assert np.linalg.norm(sphere - vector) <= away + 1e-5
  with jax.numpy_dtype_promotion("standard"):  # optax counts in integers
    row = np.asarray(mixing.project_to_simplex(vector[None]))[0]
  assert row.min() >= 0
  assert row.sum() == pytest.approx(1, abs=1e-5)
  away = np.linalg.norm(rng.dirichlet(np.ones(4)) - vector)
  assert np.linalg.norm(row - vector) <= away + 1e-5


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
