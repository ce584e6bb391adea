# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""The polytope of all (C)CEs of a small game: its vertices and edges.

By brute force over which constraints are tight, so for a handful of joint
strategies; and in floating point, so for payoffs of ordinary size.
"""

import itertools
from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from nes_spiel import equilibria

TOLERANCE = 1e-9
MOST_JOINTS = 9


class Polytope(NamedTuple):
  """The corners of a set of equilibria.

  Attributes:
    vertices: `[v, *a]`, joints.
    edges: pairs of indices of vertices.
  """

  vertices: Float[np.ndarray, "v *a"]
  edges: list[tuple[int, int]]


def constraints(
  payoffs: Float[np.ndarray, "n *a"], concept: equilibria.Concept
) -> Float[np.ndarray, "k j"]:
  """Returns rows that a flat joint's products with must not be positive.

  Eqs. 2 and 4 at epsilon 0, each row scaled to a largest entry of 1, and that
  no probability is negative.
  """
  rows = equilibria.polytope.gain_rows(payoffs, concept)
  size = np.abs(rows).max(axis=1, keepdims=True)
  rows = rows[size[:, 0] > 0] / size[size[:, 0] > 0]
  return np.concatenate([rows, -np.eye(rows.shape[1])])


def find(
  payoffs: Float[np.ndarray, "n *a"], concept: equilibria.Concept
) -> Polytope:
  """Returns vertices and edges of the (C)CEs of a game.

  Args:
    payoffs: `[n, *a]`, of at most 9 joint strategies.
    concept: "ce" or "cce".

  Raises:
    ValueError: more joint strategies.
  """
  shape = payoffs.shape[1:]
  if np.prod(shape) > MOST_JOINTS:
    raise ValueError(
      f"payoffs: expected at most {MOST_JOINTS} joint strategies, got {shape}."
    )
  rows = constraints(payoffs, concept)
  found = _vertices(rows)
  edges = [
    pair
    for pair in itertools.combinations(range(len(found)), 2)
    if _share_an_edge(rows, found[list(pair)])
  ]
  return Polytope(found.reshape(-1, *shape), edges)


def _vertices(rows: Float[np.ndarray, "k j"]) -> Float[np.ndarray, "v j"]:
  """Returns the joints at which as many constraints as possible are tight."""
  joints = rows.shape[1]
  total = np.ones((1, joints))
  sums_to_one = np.eye(joints)[0]
  found: list[np.ndarray] = []
  for tight in itertools.combinations(range(len(rows)), joints - 1):
    system = np.concatenate([total, rows[list(tight)]])
    if np.linalg.matrix_rank(system, TOLERANCE) < joints:
      continue
    point = np.linalg.solve(system, sums_to_one)
    feasible = (rows @ point).max() <= TOLERANCE
    if feasible and not any(np.allclose(point, x, atol=1e-7) for x in found):
      found.append(np.maximum(point, 0))
  return np.array(found)


def _share_an_edge(
  rows: Float[np.ndarray, "k j"], ends: Float[np.ndarray, "2 j"]
) -> bool:
  """Returns whether what is tight at both ends leaves one direction free."""
  tight = (np.abs(rows @ ends.T) <= TOLERANCE).all(axis=1)
  system = np.concatenate([np.ones((1, rows.shape[1])), rows[tight]])
  return int(np.linalg.matrix_rank(system, TOLERANCE)) == rows.shape[1] - 1
