# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""All extreme points of the set of (C)CEs of a small game.

From one vertex along every edge to the next, until no edge leads to a new one:
the vertices and edges of a polytope are connected (Balinski 1961), so these are
all. In floating point, constraints hold within 1e-9 on payoffs scaled to 1;
vertices closer together than that may be merged or missed. Figure 1 of Marris
et al. (2022) draws such polytopes.
"""

from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float

from nes_spiel.equilibria import polytope, vertices
from nes_spiel.equilibria.gains import Concept
from nes_spiel.games import validation

SAME = 1e-7  # the distance below which two vertices are one


class ExtremePoints(NamedTuple):
  """The vertices of a polytope of equilibria.

  Attributes:
    joints: `[v, *a]`.
    edges: pairs of indices of vertices, the smaller first.
    is_complete: whether these are all: no edge of theirs leads elsewhere.
  """

  joints: Float[np.ndarray, "v *a"]
  edges: list[tuple[int, int]]
  is_complete: bool


def extreme_points(
  payoffs: Any, concept: Concept, max_points: int = 1000
) -> ExtremePoints:
  """Returns all vertices of the set of (C)CEs of a game, and its edges.

  Their number grows fast: CCEs of 2x2 games have up to 5, of some 3x3 games
  more than 200. Of larger games `payoff_region` shows what equilibria are
  worth.

  Args:
    payoffs: `[n, *a]`.
    concept: "ce" or "cce".
    max_points: stop once this many vertices are known; the last one visited may
      add a few more.

  Raises:
    ValueError: payoffs that are no game, an unknown concept, or no points.
    LinearProgramError: HiGHS found no vertex to start from.

  Example:
    >>> from nes_spiel import equilibria, games
    >>> chicken = games.classics.chicken()
    >>> found = equilibria.extreme_points(chicken, "ce")
    >>> len(found.joints), len(found.edges), found.is_complete
    (5, 9, True)
  """
  if max_points < 1:
    raise ValueError(f"max_points: expected at least 1, got {max_points}.")
  game = np.asarray(validation.check_payoffs(payoffs), float)
  unit = polytope.to_unit_range(game)
  gains = polytope.gain_rows(unit, concept)
  walk = _Walk(vertices.half_spaces(gains))
  for objective in (unit.sum(axis=0), *unit, *_cells(unit)):
    joint = polytope.best_joint(gains, objective)
    if walk.start(joint):
      break
  else:
    raise polytope.LinearProgramError("HiGHS ended at no vertex that is one.")
  while walk.has_open() and len(walk.points) < max_points:
    walk.follow_edges()
  return ExtremePoints(
    walk.points.reshape(-1, *game.shape[1:]),
    sorted(walk.edges),
    not walk.has_open() and not walk.has_unseen,
  )


def _cells(payoffs: Float[np.ndarray, "n *a"]) -> Float[np.ndarray, "j *a"]:
  """Returns an objective for each joint strategy, its probability."""
  shape = payoffs.shape[1:]
  return np.eye(int(np.prod(shape))).reshape(-1, *shape)


class _Walk:
  """The vertices found so far.

  Attributes:
    points: `[v, j]`, flat joints.
    edges: between them.
    has_unseen: whether a vertex has edges that could not be followed.
  """

  def __init__(self, rows: Float[np.ndarray, "m j"]):
    """Starts without any.

    Args:
      rows: of `vertices.half_spaces`.
    """
    self._rows = rows
    self._done = 0
    self.points = np.zeros((0, rows.shape[1]))
    self.edges: set[tuple[int, int]] = set()
    self.has_unseen = False

  def start(self, joint: Float[np.ndarray, "*a"]) -> bool:
    """Takes the vertex near a joint; returns whether there is one."""
    vertex = vertices.polish(self._rows, joint.ravel())
    if vertex is not None:
      self._index(vertex)
    return vertex is not None

  def has_open(self) -> bool:
    """Returns whether there are vertices whose edges were not followed."""
    return self._done < len(self.points)

  def follow_edges(self) -> None:
    """Goes from the next vertex along all its edges."""
    here, self._done = self._done, self._done + 1
    directions = vertices.edge_directions(self._rows, self.points[here])
    if directions is None:
      self.has_unseen = True
      return
    for direction in directions:
      end = vertices.end_of_edge(self._rows, self.points[here], direction)
      if end is None:
        self.has_unseen = True
      else:
        there = self._index(end)
        if there != here:  # an edge shorter than what is one vertex
          self.edges.add((min(here, there), max(here, there)))

  def _index(self, vertex: Float[np.ndarray, " j"]) -> int:
    """Returns a vertex' index, after adding it if it is new."""
    apart = np.abs(self.points - vertex).max(axis=1)
    if (apart < SAME).any():
      return int(apart.argmin())
    self.points = np.concatenate([self.points, vertex[None]])
    return len(self.points) - 1
