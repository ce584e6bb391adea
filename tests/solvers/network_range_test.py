# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Games beyond a network's sizes: one warning, with what was measured."""

import warnings

import numpy as np
import pytest

from nes_spiel.solvers import network_range


@pytest.fixture
def facts():
  """Of a network for 2 to 6 strategies; none was warned of before."""
  network_range._warn.cache_clear()

  def found(gap):
    return {
      "games": [64.0, 0.0],
      "equilibrium_gap": [gap, 0.1],
      "solver_gap": [gap / 10, 0.1],
    }

  yield {
    "recipe": "mine",
    "options": {"buckets": [[2, 4, 8, 1.0], [5, 6, 8, 1.0]]},
    "measured": {
      "4x4 ME": found(0.125),
      "8x8 ME": found(0.25),
      "8x8 zero-sum": found(2.0),
      "16x16 ME": found(0.5),
    },
  }
  network_range._warn.cache_clear()


@pytest.mark.parametrize(
  ("size", "measured"),
  [
    (7, "On 64 random games with 8 its mean gap is 0.250"),
    (9, "with 16 its mean gap is 0.500 .* solution 0.050"),
    (64, "with 16 its mean gap is 0.500"),
  ],
)
def test_the_nearest_measurement_is_told_once(facts, size, measured):
  with pytest.warns(UserWarning, match=measured) as seen:
    network_range.warn_beyond_range(facts, (3, size))
  assert len(seen) == 1
  assert seen[0].filename == __file__
  assert (
    f"mine was trained on up to 6 strategies a player, this game has {size}"
    in str(seen[0].message)
  )
  with warnings.catch_warnings():
    warnings.simplefilter("error")
    network_range.warn_beyond_range(facts, (3, size))


def test_nothing_is_said_within_range_of_padding_or_of_unknown_training(facts):
  with warnings.catch_warnings():
    warnings.simplefilter("error")
    network_range.warn_beyond_range(facts, (6, 6))
    padded = np.arange(16) < np.array([[[6], [4]]])
    network_range.warn_beyond_range(facts, (16, 16), padded)
    network_range.warn_beyond_range({"rows": ["ME"]}, (99, 99))


def test_it_says_where_nothing_was_measured(facts):
  del facts["measured"]
  with pytest.warns(UserWarning, match="never measured there"):
    network_range.warn_beyond_range(facts, (7, 7))
