# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Games that several tests read, and the definitions followed literally."""

import functools

import numpy as np
import pyspiel
import pytest

from nes_spiel import pub_amg

# Payoffs of the first mover, doubled where scissors are shown (Figure 3).
PERTURBED_RPS = [[0, -1, 2], [1, 0, -2], [-2, 2, 0]]


@pytest.fixture(scope="session")
def read_game():
  """Returns a function from an OpenSpiel string to its `PublicGame`."""

  @functools.cache
  def read(name):
    if name == "perturbed_rps":
      payoffs = np.array(PERTURBED_RPS)
      game = pyspiel.create_matrix_game(payoffs.tolist(), (-payoffs).tolist())
    else:
      game = pyspiel.load_game(name)
    return pub_amg.PublicGame.from_openspiel(game)

  return read


@pytest.fixture(scope="session")
def random_policies():
  """Returns a function that draws both players' log policies."""

  def draw(game, seed):
    rng = np.random.default_rng(seed)
    tables = []
    for states in game.information_states:
      table = np.where(states.legal, rng.gamma(0.7, size=states.legal.shape), 0)
      table = np.where(states.legal, table + 1e-3, 0)
      with np.errstate(divide="ignore"):
        tables.append(np.log(table / table.sum(-1, keepdims=True)))
    return tuple(tables)

  return draw


@pytest.fixture(scope="session")
def value_by_hand():
  """Returns J by a walk over OpenSpiel's states (Definitions 6.1 and 6.2).

  With a reference, both players' probabilities, psi is the divergence from it.
  """

  def value(game, log_policies, alpha, reference=None):
    places = [
      {string: row for row, string in enumerate(states.strings)}
      for states in game.information_states
    ]

    def expected(state):
      if state.is_terminal():
        return state.returns()[0]
      if state.is_chance_node():
        return sum(
          p * expected(state.child(a)) for a, p in state.chance_outcomes()
        )
      player = state.current_player()
      row = places[player][state.information_state_string()]
      actions = state.legal_actions()
      chances = np.exp(log_policies[player][row][: len(actions)])
      magnet = np.ones(len(actions))
      if reference is not None:
        magnet = reference[player][row][: len(actions)]
      psi = sum(
        p * np.log(p / m) for p, m in zip(chances, magnet, strict=True) if p > 0
      )
      total = -alpha * psi * (1, -1)[player]
      for action, chance in zip(actions, chances, strict=True):
        total += chance * expected(state.child(action))
      return total

    return expected(game.tree.game.new_initial_state())

  return value
