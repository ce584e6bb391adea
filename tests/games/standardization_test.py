# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Eq. 16: mean zero, norm Z_m, and a way back."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from nes_spiel import games

NORMS = [1, 2, float("inf")]
EXACT = {"rtol": 1e-12, "atol": 1e-12}  # double precision, sums of a few terms
PAYOFFS = np.random.default_rng(0).normal(size=(3, 2, 3, 2)) * 4 - 1


def constant(norm, count):
  """Z_m, worked out by hand for uniform points of the unit sphere.

  The second moment of one of n coordinates is 2 / (n (n + 1)) for L1, 1 / n for
  L2, and ((n - 1) / 3 + 1) / n = (n + 2) / (3 n) for Linf, where one coordinate
  is +-1 and the others are uniform.
  """
  moment = {
    1: 2 / (count * (count + 1)),
    2: 1 / count,
    float("inf"): (count + 2) / (3 * count),
  }[norm]
  return moment**-0.5


@pytest.mark.usefixtures("x64")
@pytest.mark.parametrize("norm", NORMS)
def test_mean_and_norm(norm):
  payoffs, offset, scale = games.standardize(jnp.asarray(PAYOFFS), norm=norm)
  for player in range(3):
    flat = np.asarray(payoffs[player]).reshape(-1)
    np.testing.assert_allclose(flat.mean(), 0, **EXACT)
    np.testing.assert_allclose(
      np.linalg.norm(flat, ord=norm), constant(norm, 12), **EXACT
    )
    np.testing.assert_allclose(offset[player], PAYOFFS[player].mean(), **EXACT)
    back = flat / scale[player] + offset[player]
    np.testing.assert_allclose(back, PAYOFFS[player].reshape(-1), **EXACT)
  assert (np.asarray(scale) > 0).all()


@pytest.mark.parametrize("norm", NORMS)
@pytest.mark.parametrize("count", [1, 2, 12])
@pytest.mark.usefixtures("x64")
def test_norm_constant(norm, count):
  np.testing.assert_allclose(
    games.norm_constant(norm, jnp.asarray(float(count))),
    constant(norm, count),
    **EXACT,
  )


def test_unknown_norm():
  with pytest.raises(ValueError, match=r"norm: expected one of .* got 3"):
    games.standardize(jnp.ones((1, 2)), norm=3)


@settings(derandomize=True, deadline=None, max_examples=40)
@given(
  payoffs=hnp.arrays(
    np.float64, (2, 2, 3), elements=st.floats(-1, 1, width=32)
  ),
  scale=hnp.arrays(np.float64, 2, elements=st.floats(0.01, 100)),
  offset=hnp.arrays(np.float64, 2, elements=st.floats(-3, 3)),
)
def test_offset_and_scale_do_not_matter(payoffs, scale, offset):
  # Players without structure are constant up to rounding in one form only.
  payoffs = payoffs + np.arange(6).reshape(2, 3) * [[[1.0]], [[-1.0]]]
  moved = scale[:, None, None] * (payoffs + offset[:, None, None])
  with jax.enable_x64(True):
    first = games.standardize(jnp.asarray(payoffs))
    second = games.standardize(jnp.asarray(moved))
  # Offsets up to the spread lose no digits beyond a few ulp.
  np.testing.assert_allclose(second.payoffs, first.payoffs, atol=1e-12)
  np.testing.assert_allclose(
    np.asarray(second.scale) * scale, first.scale, rtol=1e-12
  )


@pytest.mark.parametrize("value", [0.0, 1.0, -0.1, 1e30, 1e-30])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.usefixtures("x64")
def test_constant_payoffs_become_zero_and_keep_their_scale(value, dtype):
  payoffs = jnp.full((2, 3, 3), value, dtype)
  out = games.standardize(payoffs)
  np.testing.assert_array_equal(out.payoffs, np.zeros((2, 3, 3)))
  np.testing.assert_array_equal(out.scale, np.ones(2))
  np.testing.assert_allclose(out.offset, np.full(2, value), rtol=1e-6)


@pytest.mark.usefixtures("x64")
def test_a_player_constant_up_to_rounding_counts_as_constant():
  payoffs = np.full((2, 2, 2), 1e6)
  payoffs[0, 0, 0] += 1e6 * np.finfo(float).eps
  payoffs[1, 0, 0] += 1e6 * np.finfo(float).eps * 100
  out = games.standardize(jnp.asarray(payoffs))
  np.testing.assert_array_equal(out.payoffs[0], np.zeros((2, 2)))
  # The offset is rounded to one ulp, the spread is a hundred of them.
  np.testing.assert_allclose(out.payoffs[1].std(), 1, rtol=1e-3)


def test_gradient_of_constant_payoffs_is_finite_and_zero():
  def total(payoffs):
    out = games.standardize(payoffs)
    return jnp.sum(out.payoffs**3) + jnp.sum(out.scale)

  payoffs = jnp.stack([jnp.full((2, 3), 0.3), jnp.arange(6.0).reshape(2, 3)])
  gradient = np.asarray(jax.grad(total)(payoffs))
  np.testing.assert_array_equal(gradient[0], np.zeros((2, 3)))
  assert np.isfinite(gradient).all()
  assert np.abs(gradient[1]).max() > 0


@pytest.mark.usefixtures("x64")
@pytest.mark.parametrize("norm", NORMS)
def test_gradient_is_that_of_finite_differences(norm):
  def total(payoffs):
    out = games.standardize(payoffs, norm=norm)
    weights = jnp.arange(float(out.payoffs.size)).reshape(out.payoffs.shape)
    return jnp.sum(weights * out.payoffs) + jnp.sum(out.scale)

  payoffs = jnp.asarray(PAYOFFS)
  direction = np.random.default_rng(1).normal(size=PAYOFFS.shape)
  ahead, behind = (total(payoffs + h * direction) for h in (1e-6, -1e-6))
  slope = jnp.sum(jax.grad(total)(payoffs) * direction)
  # Central differences of step 1e-6: truncation 1e-12, rounding 1e-10.
  np.testing.assert_allclose(slope, (ahead - behind) / 2e-6, rtol=1e-7)


@pytest.mark.parametrize(
  ("dtype", "tolerance"),
  [(np.float32, 2e-6), (np.float64, 1e-14)],  # tens of ulp
)
@pytest.mark.parametrize("power", [-30, -10, 0, 10, 30])
@pytest.mark.usefixtures("x64")
def test_range(power, dtype, tolerance):
  payoffs = jnp.asarray(PAYOFFS, dtype)
  tiny = games.standardize(payoffs * dtype(10.0**power))
  plain = games.standardize(payoffs)
  np.testing.assert_allclose(tiny.payoffs, plain.payoffs, atol=tolerance)
  np.testing.assert_allclose(
    np.asarray(tiny.scale, np.float64) * 10.0**power,
    plain.scale,
    rtol=tolerance,
  )


@pytest.mark.usefixtures("x64")
@pytest.mark.parametrize("norm", NORMS)
def test_masked_game_is_standardised_like_the_small_one(norm):
  small = np.random.default_rng(2).normal(size=(2, 2, 2))
  mask = np.array([[False, True, True], [True, False, True]])
  cube = np.full((2, 3, 3), 7e8)  # what does not exist must not matter
  cube[:, 1:, 0::2] = small
  out = games.standardize(jnp.asarray(cube), jnp.asarray(mask), norm)
  expected = games.standardize(jnp.asarray(small), norm=norm)
  np.testing.assert_allclose(
    np.asarray(out.payoffs)[:, 1:, 0::2], expected.payoffs, **EXACT
  )
  np.testing.assert_allclose(out.scale, expected.scale, **EXACT)
  np.testing.assert_allclose(out.offset, expected.offset, **EXACT)
  assert np.count_nonzero(out.payoffs) == 8


@pytest.mark.usefixtures("x64")
def test_no_gradient_from_under_the_mask():
  mask = jnp.asarray([[True, True], [True, False]])
  payoffs = jnp.asarray(np.random.default_rng(3).normal(size=(2, 2, 2)))
  gradient = jax.grad(
    lambda x: jnp.sum(games.standardize(x, mask).payoffs ** 3)
  )(payoffs)
  np.testing.assert_array_equal(gradient[:, :, 1], np.zeros((2, 2)))
