# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Whether agents' attention moves together: the test of Appendix H.2."""

from typing import NamedTuple

import numpy as np
from jaxtyping import Float


class Synchrony(NamedTuple):
  """How far two agents of a run move alike, beside agents who never met.

  Attributes:
    of_partners: `[runs]`, the co-integration coefficient of each run's agents,
      in [-1, 1].
    of_all: `[runs (2 runs - 1)]`, that of any two trajectories, partners among
      them.
    p_values: `[runs]`, the share of all that is at least a run's own.
    p_value: their harmonic mean (Wilson, 2019).
    lowest: what `p_value` would be if partners had the highest coefficients of
      all: no outcome of so many runs has a smaller one.
  """

  of_partners: Float[np.ndarray, " runs"]
  of_all: Float[np.ndarray, " pairs"]
  p_values: Float[np.ndarray, " runs"]
  p_value: float
  lowest: float


def synchrony(attention: Float[np.ndarray, "runs time 2"]) -> Synchrony:
  """Returns co-integration coefficients and how likely chance has as high ones.

  The coefficient of two trajectories is the correlation of their differences.
  Chance is any two of all `2 runs` trajectories: with ten runs the paper's
  p = 0.018 is the lowest possible.

  Args:
    attention: `[runs, time, 2]`, ln(A_ii / A_ij) over training, as
      `AgentTraining.attention` has it.

  Raises:
    ValueError: fewer than two runs or three times, numbers that are not finite,
      or an agent whose attention never changes its pace.

  Example:
    >>> import numpy as np
    >>> from nes_spiel import d3c
    >>> rng = np.random.default_rng(0)
    >>> shared = 9 * rng.normal(size=(10, 50, 1))
    >>> moves = shared + rng.normal(size=(10, 50, 2))
    >>> round(d3c.synchrony(moves.cumsum(1)).p_value, 3)
    0.018
  """
  coefficients = np.corrcoef(_differences(attention))
  runs = len(attention)
  of_all = coefficients[np.triu_indices(2 * runs, 1)]
  first = 2 * np.arange(runs)
  of_partners = coefficients[first, first + 1]
  p_values = (of_all[None] >= of_partners[:, None]).mean(1)
  ranks = np.arange(1, runs + 1)
  return Synchrony(
    of_partners,
    of_all,
    p_values,
    _harmonic_mean(p_values),
    _harmonic_mean(ranks / len(of_all)),
  )


def _differences(
  attention: Float[np.ndarray, "runs time 2"],
) -> Float[np.ndarray, "trajectories moves"]:
  """Returns how every agent's attention moves, partners one after another."""
  values = np.asarray(attention, np.float64)
  shape = values.shape
  if len(shape) != 3 or shape[0] < 2 or shape[1] < 3 or shape[2] != 2:
    raise ValueError(
      "attention: expected [runs, time, 2] with at least two runs and three "
      f"times, got {shape}."
    )
  if not np.isfinite(values).all():
    raise ValueError("attention: expected finite numbers, got inf or NaN.")
  moves = np.diff(values, axis=1).swapaxes(1, 2).reshape(2 * shape[0], -1)
  still = np.flatnonzero(np.ptp(moves, axis=1) == 0)
  if still.size:
    run, agent = divmod(int(still[0]), 2)
    raise ValueError(
      f"attention: that of agent {agent} in run {run} never changes its pace, "
      "so that it has no correlation."
    )
  return moves


def _harmonic_mean(p_values: Float[np.ndarray, " runs"]) -> float:
  """Returns the harmonic mean."""
  return float(1 / np.mean(1 / p_values))
