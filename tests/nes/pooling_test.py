# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Pools over what exists, and their derivatives."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from nes_spiel.nes import pooling


def test_pools_by_hand():
  rng = np.random.default_rng(0)
  tensor = rng.normal(size=(3, 5, 2)).astype(np.float32)
  exists = rng.random((3, 5, 1)) < 0.6
  exists[1] = False
  for how, by_hand in (("mean", np.mean), ("max", np.max)):
    pooled = pooling.masked_pool(tensor, exists, (1,), how)
    assert pooled.shape == (3, 1, 2)
    for row in range(3):
      kept = tensor[row, exists[row, :, 0]]
      expected = by_hand(kept, axis=0) if len(kept) else np.zeros(2)
      np.testing.assert_allclose(pooled[row, 0], expected, rtol=1e-6)


@pytest.mark.parametrize("off", [0.0, 2e-7])
def test_the_derivative_of_a_maximum_forgives_rounding(off):
  """`off` is how far an entry is from the maximum that it is: two ulps."""
  tensor = jnp.array([[0.5, 2.0, 2.0 - 2 * off, -jnp.inf], [1.0, 0, -1, 0.2]])
  slopes = jax.vmap(jax.grad(lambda row: pooling.largest(row, (0,))[0]))(tensor)
  np.testing.assert_allclose(slopes, [[0, 0.5, 0.5, 0], [1, 0, 0, 0]])


def test_the_derivative_of_a_maximum_is_jaxs(x64):
  tensor = np.random.default_rng(1).normal(size=(4, 3, 2))
  slope = jax.grad(lambda x: jnp.sum(pooling.largest(x, (0, 1)) ** 2))(tensor)
  expected = jax.grad(lambda x: jnp.sum(jnp.max(x, axis=(0, 1)) ** 2))(tensor)
  np.testing.assert_allclose(slope, expected, atol=1e-12)
