# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Sampled games lie on the invariant sphere, and everywhere on it."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from nes_spiel import games

NORMS = [1, 2, float("inf")]


@pytest.mark.parametrize("norm", NORMS)
def test_mean_norm_and_spread(norm):
  sample = games.sample_invariant(jax.random.key(0), 256, (4, 4), norm)
  assert sample.shape == (256, 2, 4, 4)
  flat = np.asarray(sample, np.float64).reshape(512, 16)
  z = float(games.norm_constant(norm, jnp.asarray(16.0)))
  # Single precision: a few ulp of a norm of up to 12.
  np.testing.assert_allclose(flat.mean(1), 0, atol=1e-5)
  np.testing.assert_allclose(np.linalg.norm(flat, norm, axis=1), z, rtol=1e-5)
  # Unit variance, but for centring and 8192 draws. For L1 and Linf centring
  # comes before the norm is set, which moves the second moment by O(1 / |A|).
  np.testing.assert_allclose((flat**2).mean(), 1, atol=2 / 16)


def test_l2_games_are_spread_evenly():
  sample = games.sample_invariant(jax.random.key(1), 4096, (2, 3))
  flat = np.asarray(sample, np.float64).reshape(-1, 6)
  # The covariance of a uniform point of the sphere of zero-mean vectors of
  # squared norm 6: a multiple of the projection, whose trace is 6.
  expected = (np.eye(6) - 1 / 6) * 6 / 5
  # 8192 draws: the standard error of an entry is below 0.016.
  np.testing.assert_allclose(flat.T @ flat / len(flat), expected, atol=0.07)


def test_players_games_and_keys_differ():
  first = games.sample_invariant(jax.random.key(0), 2, (2, 3, 4))
  again = games.sample_invariant(jax.random.key(0), 2, (2, 3, 4))
  other = games.sample_invariant(jax.random.key(1), 2, (2, 3, 4))
  np.testing.assert_array_equal(first, again)
  rows = np.concatenate([first, other]).reshape(12, -1)
  assert len(np.unique(rows.round(4), axis=0)) == 12


def test_old_style_keys():
  old = jax.random.PRNGKey(3)
  new = jax.random.wrap_key_data(old)
  np.testing.assert_array_equal(
    games.sample_invariant(old, 1, (2, 2)),
    games.sample_invariant(new, 1, (2, 2)),
  )


@pytest.mark.parametrize(
  ("batch", "shape", "message"),
  [
    (0, (2, 2), "batch=0"),
    (4, (2, 0), r"shape=\(2, 0\)"),
    (4, (), r"shape=\(\)"),
  ],
)
def test_empty_games_are_refused(batch, shape, message):
  with pytest.raises(ValueError, match=message):
    games.sample_invariant(jax.random.key(0), batch, shape)


def test_unknown_norm_is_refused():
  with pytest.raises(ValueError, match=r"norm: expected one of .* got 4"):
    games.sample_invariant(jax.random.key(0), 1, (2, 2), norm=4)
