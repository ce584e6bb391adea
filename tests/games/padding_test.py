# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Padding keeps the game, and unpadding returns it."""

import numpy as np
import pytest

from nes_spiel import games

PAYOFFS = np.random.default_rng(0).normal(size=(3, 2, 3, 1))


@pytest.mark.parametrize("size", [None, 3, 5])
def test_round_trip(size):
  cube, mask = games.pad(PAYOFFS, size)
  side = 3 if size is None else size
  assert cube.shape == (3, side, side, side)
  assert mask.shape == (3, side)
  np.testing.assert_array_equal(mask.sum(1), [2, 3, 1])
  np.testing.assert_array_equal(games.unpad(cube, mask, leading=1), PAYOFFS)
  assert np.count_nonzero(cube) == PAYOFFS.size


def test_first_strategies_exist():
  _, mask = games.pad(PAYOFFS, 4)
  np.testing.assert_array_equal(mask, np.arange(4) < [[2], [3], [1]])


def test_pad_joint_matches_pad():
  cube, _ = games.pad(PAYOFFS, 4)
  np.testing.assert_array_equal(games.pad_joint(PAYOFFS[1], 4), cube[1])


def test_unpad_takes_any_strategies():
  cube = np.arange(32).reshape(2, 4, 4)
  mask = np.array([[False, True, False, True], [True, False, False, True]])
  out = games.unpad(cube, mask, leading=1)
  np.testing.assert_array_equal(out, cube[:, [1, 3]][:, :, [0, 3]])
  np.testing.assert_array_equal(
    games.unpad(cube[0], mask), cube[0][[1, 3]][:, [0, 3]]
  )


@pytest.mark.parametrize("function", [games.pad, games.pad_joint])
def test_too_small_a_cube_is_refused(function):
  with pytest.raises(ValueError, match=r"size: .* 3 strategies .* side 2"):
    function(PAYOFFS, 2)
