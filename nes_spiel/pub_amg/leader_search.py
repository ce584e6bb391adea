# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""The highest value of a leader's rule: found locally, bounded globally.

Rules are products of simplices, one for each information state. They are cut
into smaller ones by halving edges; the value at a centre and how fast values
change bound those of a piece, and pieces that cannot beat what was found are
dropped.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float
from scipy import optimize

from nes_spiel.pub_amg.information_states import uniform_rule

CHUNK = 4096  # centres per compiled call

Rules = Float[np.ndarray, "m i a"]
Values = Callable[[Rules], Float[np.ndarray, " m"]]
# Value and derivative of one rule.
Slope = Callable[
  [Float[np.ndarray, "i a"]], tuple[float, Float[np.ndarray, "i a"]]
]


class Bounds(NamedTuple):
  """Where a highest value lies."""

  lower: float
  upper: float


def climb(
  slope: Slope, start: Float[np.ndarray, "i a"], legal: Bool[np.ndarray, "i a"]
) -> Float[np.ndarray, "i a"]:
  """Returns a rule that is best near where the search starts, or the start."""

  def falling(flat: Float[np.ndarray, " n"]) -> tuple[float, np.ndarray]:
    value, gradient = slope(flat.reshape(legal.shape))
    return -value, -np.where(legal, gradient, 0).reshape(-1)

  rows = np.repeat(np.eye(len(legal)), legal.shape[1], axis=1)
  found = optimize.minimize(
    falling,
    start.reshape(-1),
    jac=True,
    method="SLSQP",
    bounds=[(0.0, float(allowed)) for allowed in legal.reshape(-1)],
    constraints={
      "type": "eq",
      "fun": lambda flat: rows @ flat - 1,
      "jac": lambda _: rows,
    },
    options={"ftol": 1e-14, "maxiter": 500},
  )
  rule = np.where(legal, np.clip(found.x.reshape(legal.shape), 0, 1), 0)
  rule = rule / rule.sum(-1, keepdims=True)
  return rule if slope(rule)[0] > slope(start)[0] else start


def starts(legal: Bool[np.ndarray, "i a"]) -> list[Float[np.ndarray, "i a"]]:
  """Returns the uniform rule, and those with an action in one row."""
  even = uniform_rule(legal)
  chosen = [even]
  for row, column in np.argwhere(legal):
    rule = even.copy()
    rule[row] = 0.9 * np.eye(legal.shape[1])[column] + 0.1 * even[row]
    chosen.append(rule)
  return chosen


def bound(
  values: Values,
  variation: Float[np.ndarray, " i"],
  legal: Bool[np.ndarray, "i a"],
  lower: float,
  tolerance: float,
  max_pieces: int,
) -> Bounds:
  """Returns bounds of the highest value, `tolerance` apart if pieces suffice.

  Args:
    values: of many rules.
    variation: how fast they change at most, by row and total variation.
    legal: `[i, a]`.
    lower: what was found already.
    tolerance: how far apart the bounds may be.
    max_pieces: how many pieces may be looked at.
  """
  corners, seen = _whole(legal), 0
  while True:
    centres = corners.mean(axis=2)
    radius = np.abs(corners - centres[:, :, None]).sum(-1).max(-1) / 2
    found = values(centres)
    seen += len(found)
    lower = max(lower, float(found.max()))
    limits = found + radius @ variation
    open_ = limits > lower + tolerance
    if seen + 2 * open_.sum() > max_pieces or not open_.any():
      left = limits[open_].max(initial=-np.inf)
      return Bounds(lower, max(lower + tolerance, float(left)))
    corners = _halved(corners[open_], radius[open_] * variation)


def _whole(legal: Bool[np.ndarray, "i a"]) -> Float[np.ndarray, "1 i v a"]:
  """Returns all rules; where fewer are legal, corners are the same."""
  corners = [
    np.resize(np.eye(len(row))[row], (len(row), len(row))) for row in legal
  ]
  return np.stack(corners)[None]


def _halved(
  corners: Float[np.ndarray, "m i v a"], weight: Float[np.ndarray, "m i"]
) -> Float[np.ndarray, "n i v a"]:
  """Returns halves of pieces: of the heaviest row, along the longest edge."""
  every = np.arange(len(corners))
  row = weight.argmax(axis=1)
  simplex = corners[every, row]
  length = np.abs(simplex[:, :, None] - simplex[:, None]).sum(-1)
  edge = length.reshape(len(every), -1).argmax(axis=1)
  one, other = np.divmod(edge, simplex.shape[1])
  middle = (simplex[every, one] + simplex[every, other]) / 2
  halves = []
  for end in (one, other):
    half = corners.copy()
    half[every, row, end] = middle
    halves.append(half)
  return np.concatenate(halves)
