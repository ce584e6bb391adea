# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Games of GAMUT's classes, for tests."""

import functools

import jax
import numpy as np

from nes_spiel.games import gamut


@functools.cache
def sample(name, shape=(4, 4, 4), batch=64):
  """Returns games in double precision; one compilation per class and shape."""
  drawn = gamut.sample(name, jax.random.key(0), batch, shape)
  return np.asarray(drawn, np.float64)
