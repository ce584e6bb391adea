# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""What all (C)CEs of a game are worth: the corners of a convex polygon."""

import itertools
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float

from nes_spiel.equilibria import polytope
from nes_spiel.equilibria.gains import Concept
from nes_spiel.games import validation

RIGHT, UP = np.array([1.0, 0.0]), np.array([0.0, 1.0])


class PayoffRegion(NamedTuple):
  """A polygon: the payoffs of all equilibria, and nothing else.

  Attributes:
    corners: `[v, 2]`, against the clock from the rightmost on; two of a
      segment, one of a point.
    joints: `[v, *a]`, an equilibrium for each.
  """

  corners: Float[np.ndarray, "v 2"]
  joints: Float[np.ndarray, "v *a"]

  @property
  def area(self) -> float:
    """The polygon's area, 0 of a segment or a point."""
    x, y = self.corners.T
    return float(x @ np.roll(y, -1) - y @ np.roll(x, -1)) / 2


class _Corner(NamedTuple):
  """A point of the polygon's edge, and an equilibrium that is worth it."""

  point: Float[np.ndarray, " 2"]
  joint: Float[np.ndarray, "*a"]


def payoff_region(
  payoffs: Any,
  concept: Concept,
  views: Any = None,
  tolerance: float = 1e-7,
) -> PayoffRegion:
  """Returns what the (C)CEs of a game are worth in two respects.

  A linear program finds what lies farthest in a direction; directions are the
  outward normals of the edges known so far, until no edge is passed.

  Args:
    payoffs: `[n, *a]`.
    concept: "ce" or "cce".
    views: `[2, *a]`, the two respects; the first two players' payoffs if None.
    tolerance: by how much an edge must be passed, in units of the range of
      both respects; above 0.

  Raises:
    ValueError: payoffs that are no game, an unknown concept, views of another
      shape or not finite, or a tolerance that is not above 0.
    LinearProgramError: HiGHS could not solve a program.

  Example:
    >>> from nes_spiel import equilibria, games
    >>> chicken = games.classics.chicken()
    >>> region = equilibria.payoff_region(chicken, "ce")
    >>> region.corners.round(3).tolist()
    [[7.0, 2.0], [5.25, 5.25], [2.0, 7.0], [3.6, 3.6]]
  """
  game = np.asarray(validation.check_payoffs(payoffs), float)
  respects = _checked_views(game, views)
  if not 0 < tolerance < np.inf:
    raise ValueError(
      f"tolerance: expected a finite number above 0, got {tolerance}."
    )
  game, unit = (polytope.to_unit_range(x) for x in (game, respects))
  rows = polytope.gain_rows(game, concept)

  def farthest(direction: Float[np.ndarray, " 2"]) -> _Corner:
    objective = np.tensordot(direction, unit, 1)
    joint = polytope.best_joint(rows, objective)
    return _Corner(np.tensordot(unit, joint, joint.ndim), joint)

  ends = [farthest(direction) for direction in (RIGHT, UP, -RIGHT, -UP)]
  corners: list[_Corner] = []
  for first, last in itertools.pairwise([*ends, ends[0]]):
    corners += [first, *_between(first, last, farthest, tolerance)]
  joints = np.stack([found.joint for found in _strict(corners, tolerance)])
  worth = _worth(respects, joints)
  first_place = -int(np.argmax(worth[:, 0]))
  return PayoffRegion(
    np.roll(worth, first_place, axis=0), np.roll(joints, first_place, axis=0)
  )


def _worth(
  respects: Float[np.ndarray, "2 *a"], joints: Float[np.ndarray, "v *a"]
) -> Float[np.ndarray, "v 2"]:
  """Returns what joints are worth in both respects."""
  return joints.reshape(len(joints), -1) @ respects.reshape(2, -1).T


def _checked_views(
  game: Float[np.ndarray, "n *a"], views: Any
) -> Float[np.ndarray, "2 *a"]:
  """Returns the two respects, after checking what was given."""
  if views is None and len(game) < 2:
    raise ValueError("views: a game of one player needs two, got None.")
  respects = np.asarray(game[:2] if views is None else views, float)
  if respects.shape != (2, *game.shape[1:]):
    raise ValueError(
      f"views: expected shape {(2, *game.shape[1:])}, got {respects.shape}."
    )
  validation.check_finite("views", respects)
  return respects


def _between(
  first: _Corner,
  last: _Corner,
  farthest: Callable[[Float[np.ndarray, " 2"]], _Corner],
  least: float,
) -> Iterator[_Corner]:
  """Yields the corners from one to another, against the clock.

  Args:
    first: known.
    last: known.
    farthest: finds what lies farthest in a direction.
    least: by how much an edge must be passed.
  """
  along = last.point - first.point
  length = np.linalg.norm(along)
  if length <= least:
    return
  normal = np.array([along[1], -along[0]]) / length
  found = farthest(normal)
  if normal @ (found.point - first.point) <= least:
    return
  yield from _between(first, found, farthest, least)
  yield found
  yield from _between(found, last, farthest, least)


def _strict(corners: list[_Corner], least: float) -> list[_Corner]:
  """Returns the corners without those that lie between their neighbours."""
  kept = list(corners)
  place = 0
  while len(kept) > 1 and place < len(kept):
    before, after = kept[place - 1], kept[(place + 1) % len(kept)]
    if _distance(kept[place].point, before.point, after.point) <= least:
      del kept[place]
      place = max(place - 1, 0)
    else:
      place += 1
  return kept


def _distance(
  point: Float[np.ndarray, " 2"],
  first: Float[np.ndarray, " 2"],
  last: Float[np.ndarray, " 2"],
) -> float:
  """Returns how far a point is from the segment between two others."""
  along, ahead = last - first, point - first
  square = along @ along
  share = np.clip(ahead @ along / square, 0, 1) if square > 0 else 0.0
  return float(np.linalg.norm(ahead - share * along))
