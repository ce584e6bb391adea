# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Smooth games: what bounds the price of anarchy of all their equilibria.

Roughgarden, Intrinsic Robustness of the Price of Anarchy (2015). A game of
costs is (lambda, mu)-smooth if for all joint strategies a and a*

  sum_i c_i(a*_i, a_-i) <= lambda sum_i c_i(a*) + mu sum_i c_i(a),

and then no Nash, correlated or coarse correlated equilibrium costs more than
lambda / (1 - mu) times the optimum (Eqs. 5 and 6 of Gemp et al. 2022).
"""

from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float
from scipy import optimize

from nes_spiel.equilibria.polytope import TOLERANCES, LinearProgramError
from nes_spiel.games import validation

MOST_JOINTS = 4096  # whose pairs are as many constraints


class Smoothness(NamedTuple):
  """The best bound that smoothness gives.

  Attributes:
    bound: lambda / (1 - mu), at least 1.
    lambda_: above 0; inf where only the limit reaches the bound, which then is
      the largest total cost over the smallest.
    mu: below 1; -inf there.
  """

  bound: float
  lambda_: float
  mu: float


def best_smoothness(costs: Any) -> Smoothness:
  """Returns the smallest lambda / (1 - mu) for which a game is smooth.

  With rho = lambda / (1 - mu) and t = 1 / (1 - mu) every constraint is linear,
  t sum_i c_i(a*_i, a_-i) <= rho C(a*) + (t - 1) C(a): a linear program in two
  variables.

  Args:
    costs: `[n, *a]`, with a positive sum at every joint strategy.

  Raises:
    ValueError: more than 4,096 joint strategies, or a total that is not
      positive, for which a ratio says nothing.
    LinearProgramError: HiGHS could not solve it.

  Example:
    >>> from nes_spiel.equilibria import smoothness
    >>> from nes_spiel.games import congestion
    >>> delays = congestion.route_costs(4, congestion.braess_network())
    >>> round(smoothness.best_smoothness(delays).bound, 4)
    1.25
  """
  costs = np.asarray(validation.check_payoffs(costs), float)
  total = costs.sum(0).ravel()
  if total.size > MOST_JOINTS:
    raise ValueError(
      f"costs: expected at most {MOST_JOINTS} joint strategies, got "
      f"{total.size}."
    )
  if not total.min() > 0:
    raise ValueError(
      "costs: a price of anarchy that is a ratio needs positive total costs, "
      f"got {total.min()}."
    )
  # The bound has no unit, and the tolerances of linear programs are absolute.
  unit = total.max()
  entangled, total = deviated_totals(costs) / unit, total / unit  # [a, a*]
  found = optimize.linprog(
    [1.0, 0.0],
    A_ub=np.stack(
      [
        -np.broadcast_to(total, entangled.shape).ravel(),
        (entangled - total[:, None]).ravel(),
      ],
      axis=1,
    ),
    b_ub=np.repeat(-total, total.size),
    bounds=[(0, None), (0, None)],
    method="highs",
    options=TOLERANCES,
  )
  if not found.success:
    raise LinearProgramError(found.message)
  bound, t = map(float, found.x)
  if t == 0:
    return Smoothness(bound, float("inf"), -float("inf"))
  return Smoothness(bound, bound / t, 1 - 1 / t)


def deviated_totals(
  costs: Float[np.ndarray, "n *a"],
) -> Float[np.ndarray, "j j"]:
  """Returns sum_i c_i(a*_i, a_-i) for all joint strategies a and a*.

  Args:
    costs: `[n, *a]`.

  Returns:
    `[a, a*]`, both flat.
  """
  shape = costs.shape[1:]
  every = np.indices(shape).reshape(len(shape), -1)  # [n, j]
  here, there = every[:, :, None], every[:, None, :]
  total = np.zeros((here.shape[1], there.shape[2]))
  for player, cost in enumerate(costs):
    chosen = list(here)
    chosen[player] = there[player]
    total += cost[tuple(np.broadcast_arrays(*chosen))]
  return total
