# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Congestion games as tables of costs."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from nes_spiel.games import validation


class Network(NamedTuple):
  """Routes through a network whose edges slow down with their load.

  Attributes:
    routes: `[r, e]`, 1 where a route takes an edge.
    slopes: `[e]`, what each player on an edge adds to its delay.
    constants: `[e]`, the delay of an empty edge.
  """

  routes: Float[np.ndarray, "r e"]
  slopes: Float[np.ndarray, " e"]
  constants: Float[np.ndarray, " e"]

  def delays(self) -> tuple[Float[np.ndarray, "r r"], Float[np.ndarray, " r"]]:
    """Returns what one player on a route adds to each route, and the rest.

    Eq. 114 of Gemp et al. (2022): M, of shape `[r, r]`, and b, `[r]`.
    """
    shared = self.routes * self.slopes @ self.routes.T
    return shared, self.routes @ self.constants


def braess_network(
  f: float = 10.0,
  g: float = 10.0,
  c: float = 45.0,
  d: float = 45.0,
  e: float | None = 0.0,
) -> Network:
  """Returns Braess's network, from S to E by way of A, of B, or of both.

  Edges SA and BE take `f` and `g` minutes per driver, AE, SB and the shortcut
  AB `c`, `d` and `e` minutes. The defaults are Figure 2a of Gemp et al. (2022):
  65 minutes for each of four drivers, and 80 once the shortcut is there.

  Args:
    f: slope of SA.
    g: slope of BE.
    c: of AE.
    d: of SB.
    e: of AB; None for a network without it.
  """
  routes = np.array(
    # SA, BE, AE, SB, AB
    [[1, 0, 1, 0, 0], [0, 1, 0, 1, 0], [1, 1, 0, 0, 1]],
    float,
  )
  slopes = np.array([f, g, 0, 0, 0])
  constants = np.array([0, 0, c, d, 0 if e is None else e])
  return Network(routes[:2] if e is None else routes, slopes, constants)


def route_costs(players: int, network: Network) -> Float[np.ndarray, "n *a"]:
  """Returns the delays of players who each choose one of a network's routes.

  Args:
    players: n.
    network: of r routes.

  Returns:
    `[n, r, ..., r]`, one axis of routes per player.

  Raises:
    ValueError: no player, or a number that is not finite.
  """
  if players < 1:
    raise ValueError(f"players: expected at least one, got {players}.")
  for name, values in network._asdict().items():
    validation.check_finite(name, values)
  chosen = np.indices((len(network.routes),) * players)
  taken = network.routes[chosen]  # of shape [n, *a, e]
  delays = network.slopes * taken.sum(0) + network.constants
  return (taken * delays).sum(-1)


def lane_costs(
  players: int, slopes: Sequence[float]
) -> Float[np.ndarray, "n *a"]:
  """Returns the delays of players who each choose one of some lanes.

  A lane's delay is its slope times the number of players in it. Section 6 of
  Chen et al. (2024) has slopes 1 and 2.

  Args:
    players: n.
    slopes: of each lane.

  Returns:
    `[n, m, ..., m]`, one axis of m lanes per player.

  Raises:
    ValueError: no player, no lane, or a slope that is not finite.
  """
  slope = np.asarray(slopes, float)
  if slope.ndim != 1 or not len(slope):
    raise ValueError(f"slopes: expected at least one lane, got {slopes}.")
  lanes = Network(np.eye(len(slope)), slope, np.zeros(len(slope)))
  return route_costs(players, lanes)
