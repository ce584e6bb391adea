# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Bad input: a ValueError naming argument, value seen and what is accepted."""

import functools

import jax
import numpy as np
import pytest

import nes_spiel
from nes_spiel import games

GAME = np.arange(12.0).reshape(2, 2, 3)
UNIFORM = np.full((2, 3), 1 / 6)

pytestmark = pytest.mark.usefixtures("unchecked")


def edited(array, index, value):
  array = np.array(array)
  array[index] = value
  return array


def with_selection(**fields):
  return functools.partial(
    nes_spiel.solve, GAME, selection=nes_spiel.Selection(**fields)
  )


# What is called, then the argument, what was seen and what is accepted.
CASES = {
  "NaN payoff": (
    lambda: nes_spiel.solve(edited(GAME, (1, 0, 2), np.nan)),
    ["payoffs", "(1, 0, 2)", "nan", "finite"],
  ),
  "infinite payoff": (
    lambda: nes_spiel.solve(edited(GAME, (0, 1, 1), -np.inf)),
    ["payoffs", "(0, 1, 1)", "-inf", "finite"],
  ),
  "NaN in a batch": (
    lambda: nes_spiel.solve_batch(edited([GAME] * 3, (2, 1, 0, 0), np.nan)),
    ["payoffs", "(2, 1, 0, 0)", "nan", "finite"],
  ),
  "wrong rank": (
    lambda: nes_spiel.solve(np.zeros((2, 3))),
    ["payoffs", "(2, 3)", "[n, a_1, ..., a_n]"],
  ),
  "wrong number of players": (
    lambda: nes_spiel.solve(np.zeros((3, 2, 2))),
    ["payoffs", "(3, 2, 2)", "one strategy axis per player"],
  ),
  "a batch in place of a game": (
    lambda: nes_spiel.solve(np.zeros((5, 2, 2, 3))),
    ["payoffs", "(5, 2, 2, 3)", "[n, a_1, ..., a_n]"],
  ),
  "a game in place of a batch": (
    lambda: nes_spiel.solve_batch(GAME),
    ["payoffs", "(2, 2, 3)", "[b, n, a_1, ..., a_n]"],
  ),
  "ragged payoffs": (
    lambda: nes_spiel.solve([np.zeros((2, 3)), np.zeros((2, 2))]),
    ["payoffs", "(2, 3)", "(2, 2)", "same shape"],
  ),
  "words as payoffs": (
    lambda: nes_spiel.solve(np.full((2, 1, 1), "high")),
    ["payoffs", "<U4", "real numbers"],
  ),
  "complex payoffs": (
    lambda: nes_spiel.solve(GAME + 1j),
    ["payoffs", "complex128", "real numbers"],
  ),
  "mask of another shape": (
    lambda: nes_spiel.solve(GAME, strategy_mask=np.ones((2, 2), bool)),
    ["strategy_mask", "(2, 2)", "(2, 3)"],
  ),
  "mask of another batch": (
    lambda: nes_spiel.solve_batch(
      GAME[None], strategy_mask=np.ones((4, 2, 3), bool)
    ),
    ["strategy_mask", "(4, 2, 3)", "(1, 2, 3)"],
  ),
  "mask of numbers": (
    lambda: nes_spiel.solve(GAME, strategy_mask=np.ones((2, 3))),
    ["strategy_mask", "float64", "booleans"],
  ),
  "a player without strategies": (
    lambda: nes_spiel.solve(np.zeros((2, 0, 3))),
    ["payoffs", "(2, 0, 3)", "at least one strategy"],
  ),
  "a player without strategies under the mask": (
    lambda: nes_spiel.solve(
      GAME, strategy_mask=np.array([[1, 1, 0], [0, 0, 0]], bool)
    ),
    ["strategy_mask", "player 1", "at least one strategy"],
  ),
  "an empty batch": (
    lambda: nes_spiel.solve_batch(np.zeros((0, 2, 2, 3))),
    ["payoffs", "(0, 2, 2, 3)", "at least one"],
  ),
  "target with a zero": (
    with_selection(target_joint=edited(np.full((2, 3), 0.2), (1, 1), 0.0)),
    ["target_joint", "0.0", "positive"],
  ),
  "negative target": (
    with_selection(target_joint=edited(UNIFORM, (0, 0), -0.25)),
    ["target_joint", "-0.25", "positive"],
  ),
  "target that does not sum to 1": (
    with_selection(target_joint=np.full((2, 3), 0.25)),
    ["target_joint", "1.5", "sum to 1"],
  ),
  "target with a NaN": (
    with_selection(target_joint=edited(UNIFORM, (0, 1), np.nan)),
    ["target_joint", "NaN"],
  ),
  "target of another shape": (
    with_selection(target_joint=UNIFORM.T),
    ["target_joint", "(3, 2)", "(2, 3)"],
  ),
  "welfare of another shape": (
    with_selection(welfare=np.ones(6), mu=1.0),
    ["welfare", "(6,)", "(2, 3)"],
  ),
  "infinite welfare": (
    with_selection(welfare=edited(UNIFORM, (1, 2), np.inf), mu=1.0),
    ["welfare", "inf", "(1, 2)", "finite"],
  ),
  "target_epsilon of three players": (
    with_selection(target_epsilon=np.zeros(3)),
    ["target_epsilon", "(3,)", "(2,)"],
  ),
  "NaN target_epsilon": (
    with_selection(target_epsilon=np.nan),
    ["target_epsilon", "NaN"],
  ),
  "max_epsilon of zero": (
    with_selection(max_epsilon=0.0),
    ["max_epsilon", "0.0", "positive"],
  ),
  "negative rho": (with_selection(rho=-1.0), ["rho", "-1.0", "positive"]),
  "infinite rho": (with_selection(rho=np.inf), ["rho", "inf", "finite"]),
  "negative mu": (with_selection(mu=-2.0), ["mu", "-2.0", "0 or more"]),
  "a batch of mu for one game": (
    with_selection(mu=np.ones(3)),
    ["mu", "(3,)", "()"],
  ),
  "a selection by name": (
    lambda: nes_spiel.solve(GAME, selection="me"),
    ["selection", "'me'", "MaximumEntropy()"],
  ),
  "a selection not called": (
    lambda: nes_spiel.solve(GAME, selection=nes_spiel.MaximumEntropy),
    ["selection", "function MaximumEntropy", "MaximumEntropy()"],
  ),
  "an unknown name of a selection": (
    lambda: nes_spiel.equilibria.make_selection("maximum"),
    ["selection", "'maximum'", "'me'", "'ms'"],
  ),
  "unknown concept": (
    lambda: nes_spiel.solve(GAME, "nash"),
    ["concept", "'nash'", "'ce'", "'cce'", "'ne'"],
  ),
  "unknown method": (
    lambda: nes_spiel.solve(GAME, method="simplex"),
    ["method", "'simplex'", "'exact'", "'cvxpy'", "'auto'"],
  ),
  "no Newton steps": (
    lambda: nes_spiel.solve(GAME, max_iterations=0),
    ["max_iterations", "at least 1", "0"],
  ),
  "no Newton steps in a batch": (
    lambda: nes_spiel.solve_batch(GAME[None], max_iterations=-3),
    ["max_iterations", "at least 1", "-3"],
  ),
  "negative tolerance": (
    lambda: nes_spiel.solve(GAME, tolerance=-1e-3),
    ["tolerance", "-0.001", "at least 0"],
  ),
  "NaN tolerance": (
    lambda: nes_spiel.solve_batch(GAME[None], tolerance=np.nan),
    ["tolerance", "nan", "finite"],
  ),
  "infinite tolerance": (
    lambda: nes_spiel.solve(GAME, tolerance=np.inf),
    ["tolerance", "inf", "finite"],
  ),
  "unknown game": (
    lambda: games.load("tic_tac_typo"),
    ["tic_tac_typo"],
  ),
  "unknown classic": (
    lambda: games.classics.make("chickn"),
    ["'chickn'", "chicken"],
  ),
  "ne of a general-sum game": (
    lambda: nes_spiel.solve(games.classics.chicken(), "ne"),
    ["concept", '"ne"', "constant-sum", '"cce"'],
  ),
  "ne of three players": (
    lambda: nes_spiel.solve(np.zeros((3, 2, 2, 2)), "ne"),
    ["concept", '"ne"', "3 players", "two-player", '"cce"'],
  ),
  "ne of one player": (
    lambda: nes_spiel.solve(np.zeros((1, 2)), "ne"),
    ["concept", '"ne"', "1 player", "two-player"],
  ),
}


@pytest.mark.parametrize("name", CASES)
def test_refused_with_the_reason(name):
  call, words = CASES[name]
  with pytest.raises(ValueError) as caught:
    call()
  message = str(caught.value)
  missing = [word for word in words if word not in message]
  assert not missing, f"{missing} not in: {message}"


def test_shapes_are_refused_under_jit_too():
  wrong = jax.jit(lambda x: nes_spiel.solve(x).joint)
  with pytest.raises(ValueError, match=r"payoffs: .* got \(2, 3\)"):
    wrong(np.zeros((2, 3), np.float32))
  mask = np.ones((2, 2), bool)
  with pytest.raises(ValueError, match=r"strategy_mask: .* got \(2, 2\)"):
    jax.jit(lambda x: nes_spiel.solve(x, strategy_mask=mask).joint)(
      np.float32(GAME)
    )
  target = np.float32(UNIFORM.T)
  with pytest.raises(ValueError, match=r"target_joint: .* got \(3, 2\)"):
    jax.jit(
      lambda t: (
        nes_spiel.solve(
          GAME, selection=nes_spiel.MinimumRelativeEntropy(t)
        ).joint
      )
    )(target)


def test_tolerant_of_rounding_in_the_target():
  target = np.float32(np.random.default_rng(0).dirichlet(np.ones(6)))
  selection = nes_spiel.MinimumRelativeEntropy(target.reshape(2, 3))
  assert np.isfinite(nes_spiel.solve(GAME, selection=selection).joint).all()


def test_only_what_exists_needs_to_be_finite():
  mask = np.array([[True, True, False], [True, True, False]])
  odd = edited(GAME, (0, 0, 2), np.nan)
  expected = nes_spiel.solve(GAME, strategy_mask=mask)
  np.testing.assert_array_equal(
    nes_spiel.solve(odd, strategy_mask=mask).joint, expected.joint
  )
  with pytest.raises(ValueError, match=r"payoffs: .*\(0, 0, 1\): nan"):
    nes_spiel.solve(edited(odd, (0, 0, 1), np.nan), strategy_mask=mask)
