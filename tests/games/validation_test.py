# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Every refusal names the argument, what was seen and what is accepted."""

import re

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from nes_spiel.games import validation

GAME = np.arange(12.0).reshape(2, 2, 3)
NAN = np.where(np.arange(12).reshape(2, 2, 3) == 4, np.nan, GAME)


@pytest.mark.parametrize(
  "payoffs",
  [GAME, GAME.tolist(), list(GAME), tuple(GAME), GAME.astype(int)],
)
def test_accepted_forms(payoffs):
  out = validation.check_payoffs(payoffs)
  np.testing.assert_array_equal(out, GAME)
  assert out.dtype == np.float64


def test_arrays_of_jax_and_single_precision_stay_as_they_are():
  single = jnp.asarray(GAME, jnp.float32)
  assert validation.check_payoffs(single) is single
  assert validation.check_payoffs(np.float32(GAME)).dtype == np.float32


def test_integer_arrays_of_jax_are_accepted():
  out = validation.check_payoffs(jnp.asarray(GAME, jnp.int32))
  np.testing.assert_array_equal(out, GAME)


@pytest.mark.parametrize(
  ("payoffs", "message"),
  [
    (np.zeros((2, 2)), r"payoffs: .*\[n, a_1, \.\.\., a_n\].* got \(2, 2\)"),
    (np.zeros((3, 2, 2)), r"payoffs: .* got \(3, 2, 2\)"),
    (np.zeros(()), r"payoffs: .* got \(\)"),
    (np.zeros((2, 2, 0)), r"payoffs: .* at least one strategy.* \(2, 2, 0\)"),
    (NAN, r"payoffs: .* finite; found 1 .* \(0, 1, 1\): nan"),
    (GAME + np.inf, r"payoffs: .* finite; found 12 .* \(0, 0, 0\): inf"),
    ([np.zeros((2, 3)), np.zeros((3, 2))], r"payoffs: .*\(2, 3\), \(3, 2\)"),
    (GAME * 1j, "payoffs: expected real numbers, got dtype complex128"),
    (np.full((2, 1, 1), "a"), "payoffs: expected real numbers, got dtype <U1"),
    (np.full((2, 1, 1), None), "payoffs: .*real numbers, got dtype object"),
  ],
)
def test_refused_payoffs(payoffs, message):
  with pytest.raises(ValueError, match=message):
    validation.check_payoffs(payoffs)


def test_batches():
  assert validation.check_payoffs(GAME[None], batched=True).shape[0] == 1
  with pytest.raises(ValueError, match=r"\[b, n, a_1, .* got \(2, 2, 3\)"):
    validation.check_payoffs(GAME, batched=True)
  with pytest.raises(ValueError, match=r"at least one game; got shape \(0, 2,"):
    validation.check_payoffs(np.zeros((0, 2, 2, 3)), batched=True)


def test_traced_payoffs_are_checked_for_shape_only():
  seen = []

  @jax.jit
  def check(payoffs):
    seen.append(validation.is_traced(payoffs))
    return validation.check_payoffs(payoffs)

  assert np.isnan(check(NAN)).sum() == 1
  assert seen == [True]
  assert not validation.is_traced(NAN)
  with pytest.raises(ValueError, match=r"got \(2, 2\)"):
    check(np.zeros((2, 2)))
  stacked = jax.jit(lambda a, b: validation.check_payoffs([a, b]))(*GAME)
  np.testing.assert_array_equal(stacked, GAME)


@pytest.mark.parametrize(
  ("mask", "message"),
  [
    (
      np.ones((2, 2), bool),
      r"strategy_mask: .*\(2, 2, 3\).*\(2, 3\).*\(2, 2\)",
    ),
    (np.ones((2, 3)), "strategy_mask: expected booleans, got float64"),
    (np.arange(6).reshape(2, 3) < 3, "strategy_mask: .* player 1 has none"),
    # Strategy 2 of player 0 is true, but lies beyond its axis.
    (np.array([[0, 0, 1], [1, 1, 1]], bool), "player 0 has none"),
  ],
)
def test_refused_masks(mask, message):
  with pytest.raises(ValueError, match=message):
    validation.check_strategy_mask(mask, (2, 2, 3))


def test_refused_mask_in_a_batch_names_the_game():
  mask = np.ones((4, 2, 3), bool)
  assert validation.check_strategy_mask(mask, (4, 2, 2, 3), True) is mask
  mask[2, 1] = False
  with pytest.raises(
    ValueError, match=re.escape("player 1 has none in game 2")
  ):
    validation.check_strategy_mask(mask, (4, 2, 2, 3), batched=True)
