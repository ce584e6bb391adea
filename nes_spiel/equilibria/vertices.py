# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Vertices and edges of a polytope of joints, from tight constraints."""

import itertools
import math

import numpy as np
from jaxtyping import Bool, Float

from nes_spiel.equilibria import polytope

TIGHT = 1e-9  # of constraints whose largest entry is 1
INDEPENDENT = 1e-7  # what is left of a unit row beside those before it
# Numbers in all choices of constraints at a vertex, above which its edges are
# not looked for.
MOST_NUMBERS = 2e7


def half_spaces(gains: Float[np.ndarray, "k j"]) -> Float[np.ndarray, "m j"]:
  """Returns rows that a flat joint's products with must not be positive.

  Args:
    gains: of `polytope.gain_rows`.

  Returns:
    Eqs. 2 and 4 of Marris et al. (2022) at epsilon 0, each scaled to a largest
    entry of 1, without those that hold always; and that no probability is
    negative.
  """
  joints = gains.shape[1]
  return np.concatenate([polytope.unit_rows(gains), -np.eye(joints)])


def is_tight(
  rows: Float[np.ndarray, "m j"], points: Float[np.ndarray, "*v j"]
) -> Bool[np.ndarray, "*v m"]:
  """Returns which constraints hold with equality at which points.

  Args:
    rows: of `half_spaces`.
    points: flat joints, of the polytope.
  """
  return np.abs(points @ rows.T) <= TIGHT


def polish(
  rows: Float[np.ndarray, "m j"], point: Float[np.ndarray, " j"]
) -> Float[np.ndarray, " j"] | None:
  """Returns the vertex near a point, to rounding.

  Args:
    rows: of `half_spaces`.
    point: a joint close to a vertex.

  Returns:
    The solution of as many independent constraints, those with the least slack
    first, as there are unknowns; None if it violates another one.
  """
  chosen = _independent(rows[np.argsort(-(rows @ point))])
  system = np.concatenate([np.ones((1, len(point))), chosen])
  if len(system) < len(point):
    return None
  vertex = np.linalg.solve(system, np.eye(len(point))[0])
  return np.maximum(vertex, 0) if (rows @ vertex).max() <= TIGHT else None


def edge_directions(
  rows: Float[np.ndarray, "m j"], vertex: Float[np.ndarray, " j"]
) -> Float[np.ndarray, "e j"] | None:
  """Returns the directions of the edges at a vertex.

  Along an edge as many independent constraints stay tight as leave, with the
  total, one direction; each choice of so many is tried.

  Args:
    rows: of `half_spaces`.
    vertex: a flat joint, of `polish`.

  Returns:
    Unit vectors; None if there are too many choices, or if rounding hides that
    this is a vertex.
  """
  tight = _distinct(rows[is_tight(rows, vertex)])
  joints = len(vertex)
  if joints == 1:
    return np.zeros((0, 1))
  count = joints - 2
  number = math.comb(len(tight), count)
  if number * joints**2 > MOST_NUMBERS or len(tight) <= count:
    return None
  choices = list(itertools.combinations(range(len(tight)), count))
  kept = tight[np.array(choices, int).reshape(number, count)]
  total = np.ones((len(kept), 1, len(vertex)))
  _, sizes, bases = np.linalg.svd(np.concatenate([total, kept], axis=1))
  lines = bases[sizes[:, -1] > INDEPENDENT, -1]
  both_ways = np.concatenate([lines, -lines])
  inward = (both_ways @ tight.T).max(axis=1, initial=-1.0) <= INDEPENDENT
  return _distinct(both_ways[inward])


def end_of_edge(
  rows: Float[np.ndarray, "m j"],
  vertex: Float[np.ndarray, " j"],
  direction: Float[np.ndarray, " j"],
) -> Float[np.ndarray, " j"] | None:
  """Returns the vertex at the other end of an edge.

  Args:
    rows: of `half_spaces`.
    vertex: where it begins.
    direction: of `edge_directions`.

  Returns:
    A flat joint; None if rounding does not let it be told.
  """
  # Some probability falls along any direction, so that something is hit.
  speed = rows @ direction
  hits = speed > INDEPENDENT * np.linalg.norm(rows, axis=1)
  steps = -(rows[hits] @ vertex) / speed[hits]
  return polish(rows, vertex + steps.min() * direction)


def _distinct(rows: Float[np.ndarray, "m j"]) -> Float[np.ndarray, "d j"]:
  """Returns rows that are no multiples of others before them."""
  unit = rows / np.linalg.norm(rows, axis=1, keepdims=True)
  _, first = np.unique(unit.round(7) + 0.0, axis=0, return_index=True)
  return unit[np.sort(first)]


def _independent(rows: Float[np.ndarray, "m j"]) -> Float[np.ndarray, "d j"]:
  """Returns the first rows independent of each other and of the total.

  By Gram-Schmidt; with the total they determine a point.
  """
  joints = rows.shape[1]
  basis = np.full((1, joints), joints**-0.5)
  chosen = []
  for row in rows:
    rest = row - basis.T @ (basis @ row)
    rest -= basis.T @ (basis @ rest)  # once more, for what rounding left
    length = np.linalg.norm(rest)
    if length > INDEPENDENT and len(basis) < joints:
      basis = np.concatenate([basis, rest[None] / length])
      chosen.append(row)
  return np.array(chosen).reshape(-1, joints)
