# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Games, induced costs, all equilibria, and the gradient of the social cost.

Equilibria come from root searches on the affine form of the games, and again
from the library; the numbers of `REFERENCE` from a third solver.
"""

import itertools

import jax
import jax.numpy as jnp
import networkx
import numpy as np
import pytest

from nes_spiel import equilibria, relationship_games
from nes_spiel.games import congestion
from nes_spiel.relationship_games import social_costs, unit_sphere

# Temperature, social costs and how many equilibria have each; equal weights.
REFERENCE = {
  2: {
    0.5: {6.139842742: 3, 7.550079459: 3, 7.919898161: 1},
    1.0: {7.996796597: 1},
  },
  4: {
    0.5: {
      30.792079419: 1,
      31.708036692: 3,
      32.684743019: 3,
      33.779257714: 1,
      36.121613282: 3,
      36.535303296: 1,
      36.762415406: 3,
    },
    1.0: {36.844993861: 1},
  },
}
# The ambulance game with weights (.5, .5, w3, .5) at temperature 1: Figure 2.
FIGURE_2 = {
  1.0: [37.07874],
  1.25: [34.70056],
  1.5: [32.09000, 35.40073, 36.27049],
  2.0: [28.99966, 32.23268, 36.62666],
  3.0: [26.90248, 29.02813, 36.69261],
}
FOLD = 1.4700


def equilibria_of(game, weights, temperature, **options):
  """Returns all equilibria the library finds, and their social costs."""
  found = equilibria.quantal_response_equilibria(
    relationship_games.induced_payoffs(game, weights),
    temperature=temperature,
    **options,
  )
  costs = [
    float(relationship_games.expected_social_cost(game, profile))
    for profile in found.strategies
  ]
  return found, np.array(costs)


@pytest.mark.parametrize("temperature", [0.5, 1.0])
def test_equilibria_at_equal_weights(scenario, temperature):
  game, _ = scenario
  kinds = len(game.relationships)
  weights = np.full(kinds, kinds**-0.5)
  found, costs = equilibria_of(game, weights, temperature)
  assert found.residual.max() <= 1e-10
  expected = [
    cost
    for cost, count in REFERENCE[kinds][temperature].items()
    for _ in range(count)
  ]
  np.testing.assert_allclose(np.sort(costs), np.sort(expected), atol=1e-7)


@pytest.mark.parametrize("seed", range(2))
def test_the_oracle_finds_the_same(scenario, seed):
  game, enumerate_equilibria = scenario
  weights = np.random.default_rng(seed).normal(size=len(game.relationships))
  expected = enumerate_equilibria(weights, 0.4)
  found, _ = equilibria_of(game, weights, 0.4)
  actual = found.strategies[:, :, 0]
  assert len(actual) == len(expected)
  distances = np.abs(actual[:, None] - expected[None]).max(2)
  assert distances.min(0).max() <= 1e-9


@pytest.mark.parametrize("weight", FIGURE_2)
def test_figure_2(weight):
  game = relationship_games.congestion_with_ambulance()
  _, costs = equilibria_of(game, np.array([0.5, 0.5, weight, 0.5]), 1.0)
  np.testing.assert_allclose(
    np.unique(costs.round(4)), FIGURE_2[weight], atol=1e-4
  )


def test_figure_2_has_a_fold():
  game = relationship_games.congestion_with_ambulance()
  counts = [
    len(equilibria_of(game, np.array([0.5, 0.5, weight, 0.5]), 1.0)[1])
    for weight in (FOLD - 5e-4, FOLD + 5e-4)
  ]
  assert counts == [1, 3]


def test_a_transposed_network_would_show():
  """From cars to the ambulance is not from the ambulance to cars."""
  game = relationship_games.congestion_with_ambulance()
  _, costs = equilibria_of(game, np.array([0.5, 0.5, 0.7, 0.1]), 0.5)
  np.testing.assert_allclose(
    np.unique(costs.round(5)), [32.74284, 33.50269, 34.94859], atol=2e-5
  )


def test_costs_and_social_costs_by_hand():
  """The ambulance alone in the slow lane pays 2, the cars 3 each."""
  game = relationship_games.congestion_with_ambulance()
  np.testing.assert_array_equal(game.costs[:, 1, 0, 0, 0], [2, 3, 3, 3])
  assert game.social_cost[1, 0, 0, 0] == 25 == game.social_cost.min()
  assert game.social_cost.max() == 88
  lanes = relationship_games.two_lane_congestion()
  assert (lanes.social_cost.min(), lanes.social_cost.max()) == (6, 18)
  weights = np.array([1.0, 2.0, -1.0, 0.5])
  induced = relationship_games.induced_costs(game, weights)
  ambulance, first, second, third = game.costs
  np.testing.assert_allclose(
    induced[0], ambulance + (first + second + third) / 2
  )
  np.testing.assert_allclose(
    induced[1], first + 2 * (second + third) - ambulance
  )


COST_AT = jax.jit(relationship_games.social_cost_at, static_argnums=0)


def on_branch(game, weights, temperature, profile):
  """Returns the social cost of the equilibrium next to a profile."""
  with jax.enable_x64(True):
    arguments = [jnp.asarray(x, float) for x in (weights, profile, temperature)]
    cost, residual = COST_AT(game, *arguments[:2], temperature=arguments[2])
    assert residual <= 1e-12
    return float(cost)


@pytest.mark.parametrize("seed", range(3))
def test_the_gradient_follows_the_equilibrium(scenario, seed):
  """Beside finite differences; and J(s w, s lambda) = J(w, lambda)."""
  game, _ = scenario
  weights = np.random.default_rng(seed).normal(size=len(game.relationships))
  weights /= np.linalg.norm(weights)
  found, _ = equilibria_of(game, weights, 0.5)
  regular = found.strategies[found.condition <= 1e3]
  assert len(regular)
  for profile in regular:
    gradient = relationship_games.social_cost_gradient(
      game, weights, profile, temperature=0.5
    )
    step = 1e-5
    slopes = [
      (
        on_branch(game, weights + change, 0.5, profile)
        - on_branch(game, weights - change, 0.5, profile)
      )
      / (2 * step)
      for change in step * np.eye(len(weights))
    ]
    scale = np.abs(gradient).max()
    np.testing.assert_allclose(gradient, slopes, atol=1e-6 * (scale + 1e-3))
    by_temperature = (
      on_branch(game, weights, 0.5 + step, profile)
      - on_branch(game, weights, 0.5 - step, profile)
    ) / (2 * step)
    euler = weights @ gradient + 0.5 * by_temperature
    assert abs(euler) <= 1e-6 * (scale + 1e-3)


def gradient_by_hand(game, weights, temperature, profile):
  """Returns Eqs. A2 to A7, entry by entry."""
  players, size = profile.shape
  induced = np.einsum(
    "r,rij,j...->i...", weights, game.relationships, game.costs
  )
  by_profile = np.zeros((players, size))
  jacobian = np.eye(players * size)
  by_weights = np.zeros((players * size, len(weights)))
  for i in range(players):
    softmax = np.diag(profile[i]) - np.outer(profile[i], profile[i])
    rows = slice(i * size, (i + 1) * size)
    moved = np.zeros((size, len(weights)))
    cross = np.zeros((players, size, size))
    for joint in itertools.product(range(size), repeat=players):
      share = np.prod([profile[t, joint[t]] for t in range(players) if t != i])
      by_profile[i, joint[i]] += share * game.social_cost[joint]
      received = np.array(
        [
          phi[i] @ game.costs[(slice(None), *joint)]
          for phi in game.relationships
        ]
      )
      moved[joint[i]] += share * received
      for j in set(range(players)) - {i}:
        share = np.prod(
          [profile[t, joint[t]] for t in range(players) if t not in (i, j)]
        )
        cross[j, joint[i], joint[j]] += share * induced[(i, *joint)]
    by_weights[rows] = softmax @ moved / temperature
    for j in range(players):
      columns = slice(j * size, (j + 1) * size)
      jacobian[rows, columns] += softmax @ cross[j] / temperature
  change = -np.linalg.solve(jacobian, by_weights)
  return by_profile.reshape(-1) @ change


def test_the_gradient_of_appendix_a(scenario):
  game, _ = scenario
  weights = np.random.default_rng(5).normal(size=len(game.relationships))
  found, _ = equilibria_of(game, weights, 0.6)
  assert len(found.strategies)
  for profile in found.strategies:
    np.testing.assert_allclose(
      relationship_games.social_cost_gradient(
        game, weights, profile, temperature=0.6
      ),
      gradient_by_hand(game, weights, 0.6, profile),
      rtol=1e-8,
      atol=1e-10,
    )


def test_tolls_by_the_same_gradient(x64):
  """Any map from parameters to costs: a toll on the first lane."""
  costs = congestion.lane_costs(3, (1.0, 2.0))
  in_first = 1.0 - np.indices((2, 2, 2))
  start = jnp.full((3, 2), 0.5)

  @jax.jit
  def total_delay(toll):
    found = equilibria.solve_quantal_response(
      -(costs + toll * in_first), 1.0, start
    )
    return equilibria.expected_payoff(jnp.asarray(costs.sum(0)), found.profile)

  slope = jax.grad(total_delay)(0.5)
  difference = (total_delay(0.5 + 1e-5) - total_delay(0.5 - 1e-5)) / 2e-5
  np.testing.assert_allclose(slope, difference, rtol=1e-6)


def test_graphs_are_relationships():
  costs = congestion.lane_costs(3, (1.0, 2.0))
  friends = networkx.Graph([(0, 1)])
  friends.add_node(2)
  follows = networkx.DiGraph()
  follows.add_nodes_from(range(3))
  follows.add_edge(2, 0, weight=0.5)
  game = relationship_games.from_graphs(
    costs, {"friends": friends, "follows": follows}
  )
  assert game.names == ("friends", "follows")
  np.testing.assert_array_equal(
    game.relationships[0], [[0, 1, 0], [1, 0, 0], [0, 0, 0]]
  )
  assert game.relationships[1, 2, 0] == 0.5 == game.relationships[1].sum()
  with pytest.raises(ValueError, match="nodes 0 to 2"):
    relationship_games.from_graphs(costs, {"short": networkx.path_graph(2)})
  heavy = networkx.path_graph(3)
  heavy.edges[0, 1]["weight"] = "heavy"
  mixed = networkx.Graph([(0, 1), (1, "c")])
  for graphs, message in (
    ({"mixed": mixed}, r"graphs\['mixed'\]: expected the nodes 0 to 2.*'c'"),
    ({}, "graphs: expected at least one networkx graph"),
    ({"array": np.eye(3)}, r"graphs\['array'\]: expected a networkx graph"),
    ({"words": heavy}, r"graphs\['words'\]: expected edges with numbers"),
  ):
    with pytest.raises(ValueError, match=message):
      relationship_games.from_graphs(costs, graphs)
  with pytest.raises(ValueError, match="cars: expected at least 0, got -1"):
    relationship_games.congestion_with_ambulance(cars=-1)


def test_bad_games(unchecked):
  costs = congestion.lane_costs(2, (1.0, 2.0))
  own, total = np.eye(2)[None], costs.sum(0)
  make = relationship_games.RelationshipGame
  with pytest.raises(ValueError, match=r"n = 2 players, got \(1, 3, 3\)"):
    make(costs, np.eye(3)[None], total)
  with pytest.raises(ValueError, match=r"\(2, 2\), got \(2,\)"):
    make(costs, own, np.zeros(2))
  with pytest.raises(
    ValueError, match="relationships: expected at least one matrix"
  ):
    make(costs, np.zeros((0, 2, 2)), total)
  with pytest.raises(ValueError, match="costs: every value must be finite"):
    make(np.full_like(costs, np.inf), own, total)
  with pytest.raises(ValueError, match="names: expected one for each of 1"):
    make(costs, own, total, ("a", "b"))
  game = make(costs, own, total)
  with pytest.raises(ValueError, match=r"weights: expected 1.*\(2,\)"):
    relationship_games.social_cost_gradient(
      game, np.ones(2), np.full((2, 2), 0.5), temperature=1.0
    )
  with pytest.raises(ValueError, match="profile: expected a quantal response"):
    relationship_games.social_cost_gradient(
      game, np.ones(1), np.array([[1.0, 0], [1, 0]]), temperature=1.0
    )
  with pytest.raises(ValueError, match="weights: expected some that are not"):
    unit_sphere.project(np.zeros(2))
  with pytest.raises(ValueError, match=r"weights: expected 1.*\(2,\)"):
    relationship_games.induced_costs(game, np.ones(2))
  with pytest.raises(ValueError, match=r"\[n, d\] = \(2, 2\).*got \(3, 2\)"):
    relationship_games.expected_social_cost(game, np.full((3, 2), 0.5))
  with pytest.raises(ValueError, match="temperature: expected a finite"):
    relationship_games.social_cost_gradient(
      game, np.ones(1), np.full((2, 2), 0.5), temperature=0.0
    )


def test_a_game_cannot_change_behind_a_compiled_function():
  costs = congestion.lane_costs(2, (1.0, 2.0))
  game = relationship_games.RelationshipGame(
    costs, np.eye(2)[None], costs.sum(0)
  )
  costs[:] = 0
  assert game.costs.any()
  with pytest.raises(ValueError, match="read-only"):
    game.costs[:] = 0


def test_a_cost_that_is_none_says_so():
  """From uniform play, one Newton step of none is no equilibrium's cost."""
  game = relationship_games.congestion_with_ambulance()
  with jax.enable_x64(True):
    nearly_zero = jnp.asarray(1e-9, float)
    _, residual = COST_AT(
      game, jnp.ones(4), jnp.full((4, 2), 0.5), temperature=nearly_zero
    )
  assert not float(residual) <= 1e-10
  gradient = social_costs.gradient_at(
    game, np.ones(4), np.full((4, 2), 0.5), 1e-9
  )
  assert np.isnan(gradient).all()
