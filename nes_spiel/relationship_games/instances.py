# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""The congestion games of Section 6, and larger ones of their kind."""

from collections.abc import Mapping, Sequence
from typing import Any

import networkx
import numpy as np
from jaxtyping import Float

from nes_spiel.games.congestion import lane_costs
from nes_spiel.relationship_games.relationship_game import RelationshipGame

SLOPES = (1.0, 2.0)
AMBULANCE_WEIGHT = 8.0


def two_lane_congestion(
  cars: int = 3, slopes: Sequence[float] = SLOPES
) -> RelationshipGame:
  """Returns cars that choose lanes, with the relationships of Eq. 15.

  The social cost is the sum of all delays: 6 to 18 for the paper's three cars.

  Args:
    cars: how many.
    slopes: of the lanes' delays; the paper's two lanes have 1 and 2.
  """
  _check_cars(cars, 1)
  costs = lane_costs(cars, slopes)
  own = np.eye(cars)
  return RelationshipGame(
    costs,
    np.stack([own, 1 - own]),
    costs.sum(0),
    ("selfish", "to others"),
  )


def congestion_with_ambulance(
  cars: int = 3, slopes: Sequence[float] = SLOPES
) -> RelationshipGame:
  """Returns an ambulance, player 0, among cars, with Eqs. 16 and 17.

  The social cost counts the ambulance's delay eight times: 25 to 88 for the
  paper's three cars. Relationships: of everyone to itself, among cars, from
  cars to the ambulance, from the ambulance to cars.

  Args:
    cars: how many, beside the ambulance.
    slopes: of the lanes' delays; the ambulance is one unit of load as well.
  """
  _check_cars(cars, 0)
  costs = lane_costs(cars + 1, slopes)
  own = np.eye(cars + 1)
  to_ambulance = np.zeros_like(own)
  to_ambulance[1:, 0] = 1
  among = 1 - own - to_ambulance - to_ambulance.T
  weight = np.ones(cars + 1)
  weight[0] = AMBULANCE_WEIGHT
  return RelationshipGame(
    costs,
    np.stack([own, among, to_ambulance, to_ambulance.T]),
    np.tensordot(weight, costs, 1),
    ("selfish", "among cars", "cars to ambulance", "ambulance to cars"),
  )


def _check_cars(cars: int, least: int) -> None:
  """Raises ValueError if there are too few cars."""
  if cars < least:
    raise ValueError(f"cars: expected at least {least}, got {cars}.")


def from_graphs(
  costs: Float[np.ndarray, "n *a"],
  graphs: Mapping[str, Any],
  social_cost: Float[np.ndarray, "*a"] | None = None,
) -> RelationshipGame:
  """Returns a game whose relationships are graphs between its players.

  Args:
    costs: `[n, *a]`.
    graphs: by name, networkx graphs with the nodes 0 to n - 1; an edge from i
      to j, with its weight if it has one, is what i cares about j. Undirected
      edges count both ways.
    social_cost: `[*a]`; the sum of costs if None.

  Raises:
    ValueError: no graph by name, one whose nodes are not the players, or
      weights that are no numbers.
  """
  players = list(range(len(costs)))
  if not isinstance(graphs, Mapping) or not graphs:
    raise ValueError(
      f"graphs: expected at least one networkx graph by its name, got {graphs}."
    )
  for name, graph in graphs.items():
    if not isinstance(graph, networkx.Graph):
      raise ValueError(
        f"graphs[{name!r}]: expected a networkx graph, got a "
        f"{type(graph).__name__}."
      )
    if set(graph.nodes) != set(players):
      raise ValueError(
        f"graphs[{name!r}]: expected the nodes 0 to {len(costs) - 1}, one per "
        f"player, got {list(graph.nodes)}."
      )
  matrices = [_weights(*item, players) for item in graphs.items()]
  total = np.sum(costs, axis=0) if social_cost is None else social_cost
  return RelationshipGame(costs, np.stack(matrices), total, tuple(graphs))


def _weights(
  name: str, graph: networkx.Graph, players: list[int]
) -> Float[np.ndarray, "n n"]:
  """Returns a graph's weights as a matrix."""
  try:
    return networkx.to_numpy_array(graph, nodelist=players)
  except (TypeError, ValueError) as error:
    raise ValueError(
      f"graphs[{name!r}]: expected edges with numbers as weights: {error}."
    ) from error
