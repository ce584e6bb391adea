# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""What several tests of games share."""

import jax
import numpy as np
import pytest


@pytest.fixture
def check_gamut_class():
  """Returns a check of what all GAMUT classes have in common.

  It is called in the file that tests the class, where it is compiled anyway.
  """
  from nes_spiel.games import gamut

  def check(name, shape):
    def draw(seed):
      drawn = gamut.sample(name, jax.random.key(seed), 64, shape)
      assert drawn.dtype == "float32"
      return np.asarray(drawn)

    drawn = draw(0)
    assert drawn.shape == (64, len(shape), *shape)
    assert np.isfinite(drawn).all()
    np.testing.assert_array_equal(drawn, draw(0))
    rows = np.concatenate([drawn, draw(1)]).reshape(128, -1)
    # Two can be the same: constant demand and cost.
    assert len(np.unique(rows, axis=0)) > 120

  return check
