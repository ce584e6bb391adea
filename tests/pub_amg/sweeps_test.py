# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Values and exploitabilities, against walks and OpenSpiel's own."""

import jax
import numpy as np
import pytest
from open_spiel.python.algorithms import exploitability as openspiel

from nes_spiel import pub_amg
from nes_spiel.pub_amg import policies, sweeps

GAMES = [
  "kuhn_poker",
  "perturbed_rps",
  "liars_dice(dice_sides=2)",
  "goofspiel(num_cards=3,imp_info=True,points_order=descending)",
  # Who completes a box acts again.
  pytest.param(
    "dots_and_boxes(num_rows=1,num_cols=2)", marks=pytest.mark.reference
  ),
]


@pytest.mark.parametrize("name", GAMES)
@pytest.mark.parametrize("alpha", [0.0, 0.3])
def test_values_are_those_of_a_walk(
  read_game, random_policies, value_by_hand, x64, name, alpha
):
  game = read_game(name)
  tables = random_policies(game, seed=1)
  objective = pub_amg.MiniMaxEnt()
  totals = [
    sweeps.action_values(game.form, player, tables, objective, alpha).total
    for player in (0, 1)
  ]
  expected = value_by_hand(game, tables, alpha)
  np.testing.assert_allclose(totals, [expected, -expected], atol=1e-12)


@pytest.mark.parametrize("name", ["kuhn_poker", "liars_dice(dice_sides=2)"])
def test_divergence_from_a_reference_is_that_of_a_walk(
  read_game, random_policies, value_by_hand, x64, name
):
  game, alpha = read_game(name), 0.3
  tables = random_policies(game, seed=1)
  reference = tuple(np.exp(table) for table in random_policies(game, seed=9))
  objective = pub_amg.MiniMaxKL(reference)
  totals = [
    sweeps.action_values(game.form, player, tables, objective, alpha).total
    for player in (0, 1)
  ]
  expected = value_by_hand(game, tables, alpha, reference)
  np.testing.assert_allclose(totals, [expected, -expected], atol=1e-12)


@pytest.mark.parametrize("name", ["kuhn_poker", "perturbed_rps"])
def test_action_values_are_derivatives(read_game, random_policies, x64, name):
  """Of J by an action's probability, over reach; of both psi and returns.

  The derivative of an information state's own psi is left out of its values.
  """
  game, alpha = read_game(name), 0.3
  objective = pub_amg.MiniMaxEnt()
  tables = random_policies(game, seed=2)
  for player, sign in ((0, 1), (1, -1)):

    def total(own, player=player, sign=sign):
      both = list(tables)
      both[player] = jax.numpy.where(
        game.information_states[player].legal, own, -jax.numpy.inf
      )
      return (
        sign
        * sweeps.action_values(
          game.form, 0, tuple(both), objective, alpha
        ).total
      )

    seen = sweeps.action_values(game.form, player, tables, objective, alpha)
    slope = jax.grad(total)(
      np.where(np.isfinite(tables[player]), tables[player], 0)
    )
    policy = np.exp(tables[player])
    legal = game.information_states[player].legal
    log = np.where(legal, tables[player], 0)
    reach = np.asarray(seen.own * seen.reach)[:, None]
    by_hand = reach * policy * (np.asarray(seen.values) - alpha * (log + 1))
    np.testing.assert_allclose(np.where(legal, slope, 0), by_hand, atol=1e-10)


@pytest.mark.parametrize("name", [*GAMES, "leduc_poker"])
def test_exploitability_is_openspiels(read_game, random_policies, name):
  game = read_game(name)
  policy = policies.to_openspiel(game, random_policies(game, seed=3))
  expected = openspiel.exploitability(game.tree.game, policy)
  assert pub_amg.exploitability(game, policy) == pytest.approx(
    expected, abs=1e-10
  )


def test_a_regularized_best_response_beats_all(
  read_game, random_policies, value_by_hand, x64
):
  game, alpha = read_game("kuhn_poker"), 0.2
  tables = random_policies(game, seed=4)
  best = sweeps.action_values(
    game.form, 0, tables, pub_amg.MiniMaxEnt(), alpha, best_response=True
  )
  for seed in range(20):
    other = random_policies(game, seed)[0]
    assert value_by_hand(game, (other, tables[1]), alpha) < best.total
  greedy = np.asarray(
    pub_amg.MiniMaxEnt().greedy(sweeps.places(game.form, 0), best.values, alpha)
  )
  found = value_by_hand(game, (greedy, tables[1]), alpha)
  assert found == pytest.approx(float(best.total), abs=1e-12)


def test_policies_that_are_none_are_refused(read_game):
  game = read_game("kuhn_poker")
  policy = policies.to_openspiel(game, policies.uniform(game))
  policy.policy_for_key("0pb")[:] = [0.5, 0.6]
  with pytest.raises(ValueError, match=r"'0pb' of player 0.*0.6"):
    pub_amg.exploitability(game, policy)
  with pytest.raises(
    ValueError, match="alpha: expected 0 or a finite number above, got -1"
  ):
    pub_amg.exploitability(game, policy, alpha=-1)
