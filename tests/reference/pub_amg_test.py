# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Public-belief games that take minutes: Theorem 1, and Leduc poker."""

import numpy as np
import pyspiel
import pytest
from open_spiel.python.algorithms import exploitability as openspiel

from nes_spiel import pub_amg
from nes_spiel.equilibria import Status
from nes_spiel.equilibria.mirror_descent import inverse_root
from nes_spiel.pub_amg import policies

pytestmark = pytest.mark.reference

# With an alpha that suits the game's payoffs.
GAMES = {
  "kuhn_poker": 0.1,
  "leduc_poker": 1.0,
  "liars_dice(dice_sides=3)": 0.2,
  "liars_dice(dice_sides=4)": 0.2,
  "goofspiel(num_cards=3,imp_info=True,points_order=descending)": 0.2,
  "dark_hex(board_size=2,gameversion=adh)": 0.2,
}


@pytest.mark.parametrize("name", sorted(GAMES))
def test_theorem_1(name):
  """What planning at every belief leads to is the original equilibrium."""
  game = pub_amg.PublicGame.from_openspiel(pyspiel.load_game(name))
  alpha = GAMES[name]
  planner = pub_amg.Planner(game, alpha)
  tables = pub_amg.correspondence(game, planner)
  policy = policies.to_openspiel(game, tables)
  gap = pub_amg.exploitability(game, policy, alpha)
  plain = pub_amg.exploitability(game, policy)
  print(f"{name}: alpha {alpha}, regularized {gap:.1e}, plain {plain:.4f}")
  assert gap <= 1e-6
  expected = openspiel.exploitability(game.tree.game, policy)
  assert plain == pytest.approx(expected, abs=1e-10)


@pytest.mark.parametrize(
  ("alpha", "exploitability"), [(1.0, 0.4323326), (0.5, 0.2162092)]
)
def test_leduc_poker(alpha, exploitability):
  """Against another program; and each step planned anew, from the start."""
  game = pub_amg.PublicGame.from_openspiel(pyspiel.load_game("leduc_poker"))
  found = pub_amg.solve(game, alpha)
  assert found.status == Status.CONVERGED
  assert found.regularized_exploitability <= 1e-8
  assert found.exploitability == pytest.approx(exploitability, abs=1e-7)
  planned = pub_amg.correspondence(game, pub_amg.Planner(game, alpha))
  apart = max(
    np.abs(np.exp(a) - np.exp(b)).max()
    for a, b in zip(planned, found.log_policies, strict=True)
  )
  print(f"alpha {alpha}: {found.sweeps} sweeps, planned {apart:.1e} apart")
  assert apart <= 1e-6


def test_annealed_leduc_poker():
  found = pub_amg.solve(
    pyspiel.load_game("leduc_poker"),
    inverse_root(5.0),
    step_size=inverse_root(1.0),
    tolerance=np.inf,
    residual_tolerance=np.inf,
    exploitability=0.01,
    max_sweeps=100_000,
  )
  print(f"exploitability {found.exploitability:.4f} after {found.sweeps}")
  assert found.exploitability <= 0.01


def test_theorem_4_on_leduc_poker():
  """|v(b) - v(b')| <= 2 M TV(b, b'), with at most 4 decisions of log 3 each."""
  game = pub_amg.PublicGame.from_openspiel(pyspiel.load_game("leduc_poker"))
  planner, rng = pub_amg.Planner(game, 1.0), np.random.default_rng(0)
  largest = 13 + 4 * np.log(3)
  for public_state in rng.choice(game.num_public_states, 12, replace=False):
    where = int(public_state)
    count = len(game.histories(where))
    first, second = rng.dirichlet(np.full(count, 0.3), 2)
    for share in (1.0, 0.01):
      near = (1 - share) * first + share * second
      distance = np.abs(near - first).sum() / 2
      values = [
        planner.value(pub_amg.PublicBelief(where, belief))
        for belief in (first, near)
      ]
      assert abs(values[0] - values[1]) <= 2 * largest * distance
