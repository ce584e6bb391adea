# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""All quantal response equilibria of two-lane congestion, by root searches.

With p_i the chance that player i takes the first lane, the difference of its
lanes' costs is affine, b_i + sum_j M_ij p_j: one more player in a lane of slope
s costs s, to itself and to whomever it cares about. Cars are alike, so that
with c = b + M S + M_A p_A, S the sum over cars, every car solves

  c = f(p),  f(p) = M p - lambda logit(p).

f has at most three branches on which it is monotone; every way to put the cars
on branches leaves one equation in c. Nothing here comes from the library.
"""

import itertools

import numpy as np
from scipy.special import expit, logit

GRID = 1001
EDGE = 1e-13


def enumerate_equilibria(weights, temperature, cars=3, ambulance=False):
  """Returns all equilibria `[k, n]`, chances of the first lane.

  Args:
    weights: of the relationships of Eq. 15, or Eq. 17 with an ambulance, which
      then is player 0.
    temperature: lambda.
    cars: how many.
    ambulance: whether there is one.
  """
  own, among, to_it, to_cars = (*weights, 0, 0)[:4]
  players = cars + ambulance
  slope = 3 * (own + among)
  start = own * (1 - 2 * players) - 2 * ((cars - 1) * among + to_it)
  theirs = own * (1 - 2 * players) - 2 * cars * to_cars

  def ambulances(total):
    return expit(-(theirs + 3 * (own + to_cars) * total) / temperature)

  found = []
  branches = _branches(slope, temperature)
  for chosen in itertools.combinations_with_replacement(branches, cars):
    for lowest, highest in _ranges(chosen):

      def wrong(level, chosen=chosen):
        total = sum(branch.inverse(level) for branch in chosen)
        extra = 3 * (own + to_it) * ambulances(total) if ambulance else 0
        return start + slope * total + extra - level

      for level in _roots(wrong, lowest, highest):
        chances = [float(branch.inverse(level)) for branch in chosen]
        for order in set(itertools.permutations(chances)):
          first = [float(ambulances(sum(chances)))] if ambulance else []
          found.append([*first, *order])
  return _distinct(np.array(found))


class _Branch:
  """An interval of p on which f is monotone."""

  def __init__(self, low, high, slope, temperature):
    self.low, self.high = low, high
    self.f = lambda p: slope * p - temperature * logit(p)
    self.levels = sorted((self.f(low), self.f(high)))
    self.rises = self.f(high) > self.f(low)

  def inverse(self, level):
    """Returns p with f(p) = level, by bisection."""
    low = np.full(np.shape(level), self.low)
    high = np.full(np.shape(level), self.high)
    for _ in range(100):
      middle = (low + high) / 2
      up = (self.f(middle) < level) == self.rises
      low, high = np.where(up, middle, low), np.where(up, high, middle)
    return (low + high) / 2


def _branches(slope, temperature):
  """Returns the branches of f; its slope is M - lambda / (p (1 - p))."""
  ends = [EDGE, 1 - EDGE]
  if slope > 4 * temperature:
    root = np.sqrt(1 - 4 * temperature / slope) / 2
    ends = [EDGE, 0.5 - root, 0.5 + root, 1 - EDGE]
  return [
    _Branch(low, high, slope, temperature)
    for low, high in itertools.pairwise(ends)
  ]


def _ranges(chosen):
  """Yields the range of levels that all chosen branches reach."""
  low = max(branch.levels[0] for branch in chosen)
  high = min(branch.levels[1] for branch in chosen)
  if low < high:
    yield low, high


def _roots(function, low, high):
  """Returns the roots in a range that a grid and bisection find."""
  levels = np.linspace(low, high, GRID)
  values = function(levels)
  brackets = np.flatnonzero(np.sign(values[:-1]) * np.sign(values[1:]) <= 0)
  for index in brackets:
    left, right = levels[index], levels[index + 1]
    for _ in range(100):
      middle = (left + right) / 2
      if np.sign(function(middle)) == np.sign(function(left)):
        left = middle
      else:
        right = middle
    yield (left + right) / 2


def _distinct(profiles):
  """Returns profiles without repetition."""
  kept = []
  for profile in profiles:
    if all(np.abs(profile - other).max() > 1e-6 for other in kept):
      kept.append(profile)
  return np.array(kept)
