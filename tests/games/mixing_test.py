# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Mixing and superposition."""

import numpy as np

from nes_spiel.games import mixing


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
