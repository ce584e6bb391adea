# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Values of Markov games, against linear programs and what is known."""

import numpy as np
import pyspiel
import pytest
from scipy import sparse
from zero_sum_values import minimax

import nes_spiel
from nes_spiel import games, solvers

DISCOUNT = 0.8


def random_game(seed, states=6, actions=3, zero_sum=True):
  """A game in which play goes everywhere, and ends nowhere."""
  rng = np.random.default_rng(seed)
  rewards = rng.normal(size=(states, 2, actions, actions))
  if zero_sum:
    rewards[:, 1] = -rewards[:, 0]
  chances = rng.dirichlet(np.ones(states), states * actions**2)
  return games.MarkovGame(
    rewards=rewards,
    transitions=sparse.csr_array(chances),
    actions=np.broadcast_to(np.arange(actions), (states, 2, actions)),
    start=np.full(states, 1 / states),
    names=tuple(map(str, range(states))),
  )


@pytest.mark.parametrize("concept", ["ne", "cce", "ce"])
def test_zero_sum_values_are_shapleys(concept):
  game = random_game(0)
  values = np.zeros(len(game.names))
  for _ in range(80):
    both = np.stack([values, -values], axis=1)
    tables = game.action_values(both, DISCOUNT)[:, 0]
    values = np.array([minimax(table) for table in tables])
  selection = nes_spiel.MaximumEntropy(rho=1e8)
  told = []
  found = solvers.solve_markov_game(
    game,
    concept,
    selection,
    discount=DISCOUNT,
    report=lambda step, change: told.append((step, change)),
  )
  assert found.status == solvers.MarkovStatus.CONVERGED
  np.testing.assert_allclose(found.values[:, 0], values, atol=1e-4)
  np.testing.assert_allclose(found.values.sum(1), 0, atol=1e-9)
  assert found.gaps.max() < 1e-4
  assert told == list(enumerate(found.changes.tolist(), 1))
  # A contraction by the discount.
  assert (found.changes[1:] <= DISCOUNT * found.changes[:-1] + 1e-4).all()


def test_values_of_general_games_are_those_of_their_play():
  """At the end values are what the joints earn, with no deviation that pays."""
  game = random_game(1, zero_sum=False)
  found = solvers.solve_markov_game(game, "cce", discount=DISCOUNT)
  assert found.status == solvers.MarkovStatus.CONVERGED
  states = len(game.names)
  flat = found.joint.reshape(states, -1)
  np.testing.assert_allclose(flat.sum(1), 1, atol=1e-9)
  chances = game.transitions.toarray().reshape(states, -1, states)
  along = np.einsum("sj,sjt->st", flat, chances)
  earned = np.einsum("sj,snj->sn", flat, game.rewards.reshape(states, 2, -1))
  exact = np.linalg.solve(np.eye(states) - DISCOUNT * along, earned)
  np.testing.assert_allclose(found.values, exact, atol=1e-4)
  assert found.gaps.max() < 0.01


def test_what_is_masked_does_not_count():
  """Payoffs of actions that a state has not may be anything."""
  game = random_game(3, actions=2)
  wide = np.full((len(game.names), 2, 3, 3), np.nan)
  wide[:, :, :2, :2] = game.rewards
  index = np.arange(game.transitions.shape[0]).reshape(-1, 2, 2)
  rows = np.full((len(game.names), 3, 3), -1)
  rows[:, :2, :2] = index
  transitions = game.transitions.toarray()[rows.ravel()]
  transitions[rows.ravel() < 0] = 0
  padded = game._replace(
    rewards=wide,
    transitions=sparse.csr_array(transitions),
    actions=np.pad(game.actions, ((0, 0), (0, 0), (0, 1)), constant_values=-1),
  )
  expected = solvers.solve_markov_game(game, "cce", discount=DISCOUNT)
  found = solvers.solve_markov_game(padded, "cce", discount=DISCOUNT)
  np.testing.assert_allclose(found.values, expected.values, atol=1e-6)
  assert (found.statuses == nes_spiel.Status.CONVERGED).all()


def test_what_goes_on_too_long_says_so():
  found = solvers.solve_markov_game(random_game(2), max_steps=2)
  assert found.status == solvers.MarkovStatus.MAX_STEPS
  assert len(found.changes) == len(found.seconds) == 2


def test_one_player_does_not_move():
  """Nim: who begins leaves one object; the other has to take it, and loses."""
  nim = games.markov_game(pyspiel.load_game("nim(pile_sizes=1;2)"))
  found = solvers.solve_markov_game(nim, "cce", discount=0.99)
  assert found.status == solvers.MarkovStatus.CONVERGED
  assert found.values[0, 0] == pytest.approx(0.99, abs=2e-3)


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize(
  ("options", "message"),
  [
    ({"discount": 1.0}, "discount: expected 0 to below 1, got 1.0"),
    ({"tolerance": 0.0}, "tolerance: expected more than 0, got 0.0"),
    ({"max_steps": 0}, "max_steps: expected 1 or more, got 0"),
    ({"concept": "nash"}, "concept: expected one of"),
  ],
)
def test_bad_numbers_are_refused(options, message):
  with pytest.raises(ValueError, match=message):
    solvers.solve_markov_game(random_game(0), **options)


@pytest.mark.reference
def test_soccer_is_solved():
  """Every state's value is the minimax value of the game that values make."""
  soccer = games.markov_game(pyspiel.load_game("markov_soccer"))
  selection = nes_spiel.MaximumEntropy(rho=1e6)
  found = solvers.solve_markov_game(soccer, "cce", selection, tolerance=1e-5)
  assert found.status == solvers.MarkovStatus.CONVERGED
  print("soccer", len(found.changes), "steps", found.seconds[-1], "seconds")
  tables = soccer.action_values(found.values, 0.9)[:, 0]
  rng = np.random.default_rng(0)
  for state in rng.choice(len(tables), 200, replace=False):
    exact = minimax(tables[state])
    assert found.values[state, 0] == pytest.approx(exact, abs=1e-3)
  # By symmetry nobody is ahead at the start.
  assert soccer.start @ found.values[:, 0] == pytest.approx(0, abs=1e-6)
