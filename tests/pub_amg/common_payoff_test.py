# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Common-payoff games, beside all pairs of deterministic policies."""

import itertools

import numpy as np
import pyspiel
import pytest
from open_spiel.python.algorithms import expected_game_score

from nes_spiel import pub_amg

CARDS, ACTIONS = 2, 3


def tiny_hanabi(payoffs):
  """Returns OpenSpiel's game of payoffs `[card, card, action, action]`."""
  listed = ";".join(str(x) for x in payoffs.reshape(-1).tolist())
  return pyspiel.load_game(f"tiny_hanabi(payoff={listed})")


def best_by_hand(payoffs):
  """Returns the highest payoff of all pairs of deterministic policies.

  The first acts on its card. Given how, the second's best answer to its card
  and what it saw is a maximum over the first's cards that fit.
  """
  best = -np.inf
  for rule in itertools.product(range(ACTIONS), repeat=CARDS):
    total = 0.0
    for card, seen in itertools.product(range(CARDS), range(ACTIONS)):
      held = [c for c in range(CARDS) if rule[c] == seen]
      total += max(
        sum(payoffs[c, card, seen, answer] for c in held)
        for answer in range(ACTIONS)
      )
    best = max(best, total / CARDS**2)
  return best


@pytest.mark.parametrize("seed", range(8))
def test_the_best_pair_is_found(seed):
  rng = np.random.default_rng(seed)
  payoffs = rng.integers(0, 20, (CARDS, CARDS, ACTIONS, ACTIONS))
  game = tiny_hanabi(payoffs)
  found = pub_amg.solve_common_payoff(game)
  assert found.value == pytest.approx(best_by_hand(payoffs), abs=1e-12)
  values = expected_game_score.policy_value(
    game.new_initial_state(), [found.policy] * 2
  )
  np.testing.assert_allclose(values, found.value, atol=1e-12)


def test_openspiels_own_payoffs():
  """Foerster et al. (2019): 10 is what Bayesian action decoding finds."""
  found = pub_amg.solve_common_payoff(pyspiel.load_game("tiny_hanabi"))
  assert found.value == pytest.approx(10, abs=1e-12)
  assert set(np.unique(found.policy.action_probability_array)) >= {0.0, 1.0}


def test_other_games_are_refused():
  with pytest.raises(ValueError, match=r"kuhn_poker.* ZERO_SUM.*IDENTICAL"):
    pub_amg.solve_common_payoff(pyspiel.load_game("kuhn_poker"))
  with pytest.raises(ValueError, match=r"tiny_hanabi.* 9 prescriptions.* is 8"):
    pub_amg.solve_common_payoff(
      pyspiel.load_game("tiny_hanabi"), max_prescriptions=8
    )
