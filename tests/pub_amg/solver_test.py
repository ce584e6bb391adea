# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Equilibria of regularized objectives, against numbers found elsewhere."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from open_spiel.python.algorithms import exploitability as openspiel

from nes_spiel import pub_amg
from nes_spiel.equilibria import Status, mirror_descent
from nes_spiel.pub_amg import policies

# Of MiniMaxEnt at alpha = 0.2, from two other programs: probability to bet or
# call, by information state.
KUHN = {
  "0": 0.2098782192,
  "1": 0.2617351313,
  "2": 0.6088226922,
  "1p": 0.1597351676,
  "1b": 0.5317331879,
  "2p": 0.7307015415,
  "2b": 0.9999996941,
  "0p": 0.2573900390,
  "0b": 0.0066928509,
  "0pb": 0.0066928509,
  "1pb": 0.5522687823,
  "2pb": 0.9999996941,
}


def test_kuhn_poker(read_game):
  found = pub_amg.solve(read_game("kuhn_poker"), 0.2, residual_tolerance=1e-10)
  assert found.status == Status.CONVERGED
  seen = {key: found.policy.policy_for_key(key)[1] for key in KUHN}
  assert seen == pytest.approx(KUHN, abs=1e-8)
  assert found.exploitability == pytest.approx(0.0458993518, abs=1e-9)
  assert found.value == pytest.approx(0.0027576554, abs=1e-9)


# By the fixed point of softmax(A y / alpha), symmetric.
@pytest.mark.parametrize(
  ("alpha", "policy", "exploitability"),
  [
    (0.1, [0.4129948178, 0.3856342699, 0.2013709122], 0.0171075545),
    (0.5, [0.4386037224, 0.3342151358, 0.2271811418], 0.1201471478),
  ],
)
def test_perturbed_rock_paper_scissors(
  read_game, alpha, policy, exploitability
):
  found = pub_amg.solve(
    read_game("perturbed_rps"), alpha, residual_tolerance=1e-10
  )
  for table in found.log_policies:
    np.testing.assert_allclose(np.exp(table[0]), policy, atol=1e-8)
  assert found.exploitability == pytest.approx(exploitability, abs=1e-8)
  assert found.value == pytest.approx(0, abs=1e-10)


def random_reference(game, seed):
  rng = np.random.default_rng(seed)
  tables = []
  for states in game.information_states:
    table = np.where(states.legal, rng.uniform(0.2, 1, states.legal.shape), 0)
    tables.append(table / table.sum(-1, keepdims=True))
  return tuple(tables)


def test_minimax_kl_is_a_fixed_point_of_its_own_condition(
  read_game, value_by_hand
):
  """delta is proportional to reference exp(q / alpha).

  At the last decision by q from Bayes' rule; and J, by walks, falls for whoever
  moves away.
  """
  game, alpha = read_game("kuhn_poker"), 0.3
  reference = random_reference(game, 0)
  found = pub_amg.solve(game, alpha, pub_amg.MiniMaxKL(reference))
  assert found.status == Status.CONVERGED
  other = pub_amg.solve(game, alpha)
  distance = max(
    np.abs(np.exp(a) - np.exp(b)).max()
    for a, b in zip(found.log_policies, other.log_policies, strict=True)
  )
  assert distance > 0.05
  # In the last information states q is the plain expected return, by Bayes.
  row = game.information_states[0].strings.index("1pb")
  replies = game.information_states[1].strings
  weights = {}
  for card, string in ((0, "0p"), (2, "2p")):
    bet = np.exp(found.log_policies[1][replies.index(string), 1])
    weights[card] = bet
  total = sum(weights.values())
  call = (weights[0] * 2 - weights[2] * 2) / total
  scores = reference[0][row] * np.exp(np.array([-1.0, call]) / alpha)
  np.testing.assert_allclose(
    np.exp(found.log_policies[0][row]), scores / scores.sum(), atol=1e-8
  )

  def total(tables):
    return value_by_hand(game, tables, alpha, reference)

  for player, sign in ((0, 1), (1, -1)):
    for row in range(6):
      for shift in (-0.02, 0.02):
        tables = [np.array(table) for table in found.log_policies]
        chances = np.exp(tables[player][row])
        moved = np.clip(np.add(chances, (shift, -shift)), 1e-9, None)
        tables[player][row] = np.log(moved / moved.sum())
        gain = sign * (total(tables) - total(found.log_policies))
        assert gain < 0


def test_a_uniform_reference_is_another_objective(read_game):
  """log|A| is paid once per decision: up to 0.17 apart at alpha = 0.5."""
  game = read_game("kuhn_poker")
  entropy = pub_amg.solve(game, 0.5)
  divergence = pub_amg.solve(game, 0.5, pub_amg.MiniMaxKL)
  apart = max(
    np.abs(np.exp(a) - np.exp(b)).max()
    for a, b in zip(entropy.log_policies, divergence.log_policies, strict=True)
  )
  assert 0.01 < apart < 0.2
  uniform = tuple(
    states.legal / states.legal.sum(-1, keepdims=True)
    for states in game.information_states
  )
  same = pub_amg.solve(game, 0.5, pub_amg.MiniMaxKL(uniform))
  for a, b in zip(divergence.log_policies, same.log_policies, strict=True):
    np.testing.assert_allclose(np.exp(a), np.exp(b), atol=1e-8)


def test_annealing_lowers_the_plain_exploitability(read_game):
  game = read_game("kuhn_poker")
  found = pub_amg.solve(
    game,
    mirror_descent.inverse_root(1.0),
    step_size=mirror_descent.inverse_root(1.0),
    tolerance=np.inf,
    residual_tolerance=np.inf,
    exploitability=0.02,
    max_sweeps=20_000,
  )
  assert found.status == Status.CONVERGED
  assert found.exploitability <= 0.02
  expected = openspiel.exploitability(game.tree.game, found.policy)
  assert found.exploitability == pytest.approx(expected, abs=1e-10)
  assert (np.diff(found.history.sweeps) > 0).all()
  np.testing.assert_allclose(
    found.history.alpha, 1 / np.sqrt(np.maximum(found.history.sweeps, 1))
  )


def test_a_start_at_the_solution_needs_no_sweep(read_game):
  game = read_game("kuhn_poker")
  first = pub_amg.solve(game, 0.2)
  again = pub_amg.solve(game, 0.2, start=first.policy)
  assert (again.sweeps, again.status) == (0, Status.CONVERGED)
  from_tables = pub_amg.solve(game, 0.2, start=list(first.log_policies))
  assert from_tables.sweeps == 0
  assert pub_amg.exploitability(game, list(first.log_policies), 0.2) >= 0
  assert first.check() is first
  stopped = pub_amg.solve(game, 0.2, max_sweeps=7)
  assert (stopped.sweeps, stopped.status) == (7, Status.MAX_ITERATIONS)
  with pytest.raises(RuntimeError, match="MAX_ITERATIONS after 7 sweeps"):
    stopped.check()


def test_a_start_with_zeros_moves(read_game):
  game = read_game("kuhn_poker")
  always_pass = policies.to_openspiel(
    game,
    tuple(
      np.where(states.actions == 0, 0.0, -np.inf)
      for states in game.information_states
    ),
  )
  found = pub_amg.solve(game, 0.2, start=always_pass)
  assert found.status == Status.CONVERGED
  assert found.exploitability == pytest.approx(0.0458993518, abs=1e-8)


def test_what_cannot_be_solved_is_refused(read_game):
  game = read_game("kuhn_poker")
  with pytest.raises(ValueError, match=r"MiniMaxEnt .* above 0, got 0"):
    pub_amg.solve(game, 0.0)
  with pytest.raises(ValueError, match=r"step_size: .* above 0, got -1"):
    pub_amg.solve(game, 0.1, step_size=-1.0)
  with pytest.raises(ValueError, match="max_sweeps: expected 1 or more, got 0"):
    pub_amg.solve(game, 0.1, max_sweeps=0)
  for name in ("tolerance", "residual_tolerance", "exploitability"):
    for wrong in (-1.0, float("nan")):
      with pytest.raises(ValueError, match=f"{name}: expected 0 or more, got"):
        pub_amg.solve(game, 0.1, **{name: wrong})
  with pytest.warns(UserWarning, match="may circle"):
    pub_amg.solve(game, 0.1, step_size=0.5, max_sweeps=10)

  class Slack(pub_amg.MiniMaxEnt):
    uniqueness_guaranteeing = False

  with pytest.raises(ValueError, match="Slack guarantees no unique"):
    pub_amg.solve(game, 0.1, Slack)
  reference = random_reference(game, 1)
  reference[1][2] = [0.0, 1.0]
  with pytest.raises(ValueError, match=r"above 0.*of player 1.*\[0\. 1\.\]"):
    pub_amg.solve(game, 0.1, pub_amg.MiniMaxKL(reference))
  with pytest.raises(ValueError, match=r"shape \(6, 2\), got \(3, 2\)"):
    pub_amg.solve(
      game, 0.1, pub_amg.MiniMaxKL((reference[0][:3], reference[1]))
    )


def test_policies_go_to_openspiel_and_back(read_game, random_policies):
  game = read_game("liars_dice(dice_sides=2)")
  tables = random_policies(game, seed=5)
  back = policies.from_openspiel(game, policies.to_openspiel(game, tables))
  for a, b in zip(tables, back, strict=True):
    np.testing.assert_allclose(np.exp(a), np.exp(b), atol=1e-15)


class Eager(pub_amg.MiniMaxEnt):
  """An objective of one's own, which is no pytree: actions are not alike."""

  def magnet(self, places):
    rising = 0.5 * jnp.arange(places.legal.shape[1], dtype=jnp.float64)
    return jnp.broadcast_to(jax.nn.log_softmax(rising), places.legal.shape)


class Sharp(Eager):
  """One that does not know what is greedy without regularization."""

  def greedy(self, places, values, alpha):
    scores = jnp.where(
      places.legal, self.magnet(places) + values / alpha, -jnp.inf
    )
    return jax.nn.log_softmax(scores)


@pytest.mark.parametrize("objective", [Eager(), Sharp(), Sharp])
def test_objectives_of_ones_own(read_game, objective):
  game = read_game("kuhn_poker")
  magnet = tuple(
    np.exp(0.5 * np.arange(2)) * np.ones(states.legal.shape)
    for states in game.information_states
  )
  known = pub_amg.MiniMaxKL(tuple(x / x.sum(1, keepdims=True) for x in magnet))
  found = pub_amg.solve(game, 0.3, objective)
  expected = pub_amg.solve(game, 0.3, known)
  assert found.status == 0
  for mine, theirs in zip(
    found.log_policies, expected.log_policies, strict=True
  ):
    np.testing.assert_allclose(mine, theirs, atol=1e-6)
  assert found.exploitability == pytest.approx(
    expected.exploitability, abs=1e-8
  )


def test_objectives_that_hold_something_share_no_code(read_game):
  class Leaning(pub_amg.MiniMaxEnt):
    def __init__(self, weight):
      object.__setattr__(self, "weight", weight)

    def magnet(self, places):
      rising = jnp.arange(places.legal.shape[1], dtype=jnp.float64)
      return jnp.broadcast_to(self.weight * rising, places.legal.shape)

  game = read_game("kuhn_poker")
  first, second = (pub_amg.solve(game, 0.5, Leaning(x)) for x in (0.0, 2.0))
  plain = pub_amg.solve(game, 0.5)
  np.testing.assert_allclose(
    first.log_policies[0], plain.log_policies[0], atol=1e-6
  )
  apart = np.abs(first.log_policies[0] - second.log_policies[0])
  assert apart.max() > 0.1


def test_what_is_no_objective_is_refused(read_game):
  with pytest.raises(ValueError, match=r"of 'minimax_ent' .*penalty.* missing"):
    pub_amg.solve(read_game("kuhn_poker"), 0.3, "minimax_ent")


def test_rules_that_are_none_are_refused(read_game):
  game = read_game("kuhn_poker")
  assert repr(game) == "PublicGame(kuhn_poker(): 4 public states, 58 histories)"
  for rule, message in (
    (np.full((3, 2), 0.7), "rule: expected a distribution of legal"),
    (np.full((4, 2), 0.5), r"rule: public state 0 .* got shape \(4, 2\)"),
  ):
    with pytest.raises(ValueError, match=message):
      pub_amg.correspondence(game, lambda _, rule=rule: rule)


def test_rules_of_illegal_actions_are_refused(read_game):
  game = read_game("liars_dice(dice_sides=2)")
  for state in range(game.num_public_states):
    legal = game.information_states[game.actor(state)].legal
    shape = len(game.rows_at(state)), legal.shape[1]
    if legal[game.rows_at(state)].all():
      continue
    count = len(game.histories(state))
    belief = pub_amg.PublicBelief(state, np.full(count, 1 / count))
    with pytest.raises(ValueError, match="a distribution of legal actions"):
      pub_amg.successors(game, belief, np.full(shape, 1 / shape[1]))
    return
  pytest.fail("no public state has illegal actions")
