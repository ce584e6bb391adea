# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Nash equilibria of constant-sum games, against linear programming."""

import jax
import numpy as np
import pytest
from zero_sum_values import minimax

import nes_spiel
from nes_spiel import Status
from nes_spiel.games import classics

NASH_CONV = 1e-6  # of the payoff scale: what the solver promises


def nash_conv(payoffs, solution):
  """Sum of both players' gains against the marginals, standard units."""
  row, column = solution.marginals()[0], solution.marginals()[1]
  row, column = row[: payoffs.shape[1]], column[: payoffs.shape[2]]
  values = np.einsum("pij,i,j->p", payoffs, row, column)
  best = (payoffs[0] @ column).max(), (row @ payoffs[1]).max()
  return ((np.array(best) - values) / payoffs.std((1, 2))).sum()


@pytest.mark.parametrize(
  ("game", "expected"),
  [
    (classics.rock_paper_scissors(), [[1 / 3] * 3] * 2),
    # By hand: each action earns 0 against it.
    (classics.perturbed_rock_paper_scissors(), [[1 / 5, 3 / 5, 1 / 5]] * 2),
    (classics.matching_pennies(), [[1 / 2] * 2] * 2),
  ],
  ids=["rock-paper-scissors", "perturbed", "pennies"],
)
def test_known_equilibria(game, expected):
  solution = nes_spiel.solve(game, "ne")
  assert solution.status == Status.CONVERGED
  assert nash_conv(game, solution) <= NASH_CONV
  # These are strict enough that regret 1e-6 means a distance of its order.
  np.testing.assert_allclose(solution.marginals(), expected, atol=1e-5)
  np.testing.assert_allclose(
    solution.joint, np.multiply.outer(*solution.marginals()), atol=1e-15
  )


def test_random_games_have_the_value_of_the_linear_program():
  rng = np.random.default_rng(0)
  rows = rng.normal(size=(8, 3, 3))
  games = np.stack([rows, -rows], 1)
  solution = nes_spiel.solve_batch(games, "ne")
  assert (solution.status == Status.CONVERGED).all()
  for i, row in enumerate(rows):
    one = jax.tree.map(lambda leaf, i=i: leaf[i], solution)
    assert nash_conv(games[i], one) <= NASH_CONV
    value = (row * one.joint).sum()
    np.testing.assert_allclose(value, minimax(row), atol=NASH_CONV * row.std())
    np.testing.assert_allclose(
      one.gap_sum, nash_conv(games[i], one) * row.std(), atol=1e-12
    )
    np.testing.assert_allclose(
      one.joint,
      np.multiply.outer(one.joint.sum(1), one.joint.sum(0)),
      atol=1e-15,
    )
  # The joint is not Eq. 9's at the duals, so nothing is proven about it.
  assert np.isinf(solution.certified_tv).all()


def test_scale_and_offset_per_player():
  rng = np.random.default_rng(1)
  row = rng.normal(size=(3, 3))
  plain = nes_spiel.solve(np.stack([row, -row]), "ne")
  moved = np.stack([1e3 * row + 7, -0.01 * row + 20])
  other = nes_spiel.solve(moved, "ne")
  assert other.status == Status.CONVERGED
  assert nash_conv(moved, other) <= NASH_CONV
  np.testing.assert_allclose(other.joint, plain.joint, atol=1e-6)


def test_padded_games():
  rng = np.random.default_rng(2)
  row = rng.normal(size=(2, 3))
  game = np.stack([row, -row])
  cube, mask = nes_spiel.games.pad(game)
  solution = nes_spiel.solve(cube, "ne", strategy_mask=mask)
  assert solution.status == Status.CONVERGED
  assert not solution.joint[2].any()
  small = nes_spiel.solve(game, "ne")
  np.testing.assert_allclose(solution.joint[:2], small.joint, atol=1e-6)
  assert nash_conv(game, small) <= NASH_CONV


def test_traced_games_are_solved(random_games):
  row = random_games(3, 1, (3, 3))[0][0]
  game = np.stack([row, -row]).astype(np.float32)
  joint = jax.jit(lambda x: nes_spiel.solve(x, "ne").joint)(game)
  eager = nes_spiel.solve(game, "ne").joint
  np.testing.assert_allclose(joint, eager, atol=1e-6)


def test_general_sum_games_are_refused():
  for game in (classics.chicken(), classics.shapleys_game()):
    with pytest.raises(
      ValueError, match=r'"ne" takes two-player constant-sum.*'
    ):
      nes_spiel.solve(game, "ne")


def test_the_refusal_names_the_game_of_a_batch():
  rows = np.random.default_rng(4).normal(size=(8, 3, 3))
  games = np.stack([rows, -rows], 1)
  games[5] = classics.shapleys_game()
  with pytest.raises(ValueError, match=r"game 5 add up to as much as [1-9]"):
    nes_spiel.solve_batch(games, "ne")


def test_three_players_are_refused():
  with pytest.raises(ValueError, match=r'"ne" .*; got 3 players. Use "cce"'):
    nes_spiel.solve(np.zeros((3, 2, 2, 2)), "ne")
