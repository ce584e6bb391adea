# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""The vertices of a polytope of equilibria by brute force."""

import itertools

import numpy as np

from nes_spiel.equilibria import polytope, vertices

TOLERANCE = 1e-9


def enumerate_vertices(payoffs, concept):
  """Returns `[v, j]`: every choice of tight constraints, of a few joints."""
  rows = vertices.half_spaces(polytope.gain_rows(payoffs, concept))
  joints = rows.shape[1]
  found = np.zeros((0, joints))
  choices = itertools.combinations(range(len(rows)), joints - 1)
  while chosen := list(itertools.islice(choices, 20_000)):
    total = np.ones((len(chosen), 1, joints))
    systems = np.concatenate([total, rows[np.array(chosen)]], axis=1)
    systems = systems[np.abs(np.linalg.det(systems)) > TOLERANCE]
    points = np.linalg.solve(systems, np.eye(joints)[0][:, None])[..., 0]
    for point in points[(points @ rows.T).max(axis=1) <= TOLERANCE]:
      if not (np.abs(found - point).max(axis=1) < 1e-7).any():
        found = np.concatenate([found, point[None]])
  return found
