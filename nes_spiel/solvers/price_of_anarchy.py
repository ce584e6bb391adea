# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""What anarchy costs where play is correlated: over all CEs or CCEs of a game.

The lowest and highest welfare of an equilibrium are linear programs, which
HiGHS solves exactly, one game at a time; and they are MW selections with W of
either sign, which the dual solvers and networks answer in batches.
"""

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from nes_spiel import equilibria
from nes_spiel.equilibria import gains, polytope
from nes_spiel.equilibria.selection import MU
from nes_spiel.equilibria.welfare import (
  Prices,
  prices,
  total_in_double,
  total_payoffs,
)
from nes_spiel.games import validation
from nes_spiel.solvers.front import solve_batch
from nes_spiel.solvers.solution import NETWORK_METHODS, Method

# The larger, the closer to the extreme. For CEs of 8x8 games the solver still
# converges at 100, and at 1000 no longer.
LARGE_MU = {"cce": 1000.0, "ce": 100.0}
RHO_PER_MU = 1e5  # so that equilibrium itself is not traded for welfare


def price_of_anarchy(
  payoffs: Any, concept: equilibria.Concept = "cce"
) -> Prices:
  """Returns the prices of anarchy and stability over all (C)CEs.

  Every Nash equilibrium is a CE and every CE a CCE, so the price over CCEs
  bounds the others, and holds for players who learn without regret.

  Args:
    payoffs: `[n, *a]`; costs have their sign turned.
    concept: "ce" or "cce".

  Raises:
    ValueError: what `games.check_payoffs` refuses, or an unknown concept.
    LinearProgramError: HiGHS could not solve a program.

  Example:
    >>> from nes_spiel import games, solvers
    >>> found = solvers.price_of_anarchy(games.classics.chicken(), "ce")
    >>> round(found.worst, 4), round(found.best, 4), found.optimal
    (7.2, 10.5, 12.0)
  """
  payoffs = np.asarray(validation.check_payoffs(payoffs), float)
  total = total_in_double(payoffs)
  rows = polytope.gain_rows(payoffs, concept)
  worst, best = (
    float(np.vdot(total, polytope.best_joint(rows, objective)))
    for objective in (-total, total)
  )
  return prices(float(total.max()), worst, best)


class WelfareBounds(NamedTuple):
  """Welfare of an equilibrium that is nearly extreme, and what none exceeds.

  Attributes:
    welfare: `[b]`, of the joint that was found.
    bound: `[b]`, certified: no (C)CE of the game has more, or less for the
      lowest.
    gap: `[b]`, how far the joint is from an equilibrium (`gap_sum`).
  """

  welfare: Float[np.ndarray, " b"]
  bound: Float[np.ndarray, " b"]
  gap: Float[np.ndarray, " b"]


def welfare_bounds(
  payoffs: Float[np.ndarray, "b n *a"],
  concept: equilibria.Concept = "cce",
  *,
  lowest: bool = False,
  method: Method = "auto",
  mu: float | None = None,
) -> WelfareBounds:
  """Returns nearly the highest, or lowest, welfare of (C)CEs, in one batch.

  MW at a large mu. Its duals, over mu, are multipliers of the linear program,
  which bound it whatever they are: for lambda >= 0 no equilibrium's welfare
  exceeds max_a W(a) - sum_p <lambda_p, A_p(a)>.

  Args:
    payoffs: `[b, n, *a]`.
    concept: "ce" or "cce".
    lowest: of the lowest welfare, not the highest.
    method: as in `solve_batch`. The bounds hold for whatever duals a network
      answers with, but at its mu they are further apart.
    mu: the larger, the closer to the extreme. If None, 1000 for CCEs and 100
      for CEs; 10 for the networks, which know no other.

  Raises:
    ValueError: what `solve_batch` refuses, an unknown concept, or a `mu` that
      is not positive.
  """
  gains.check_concept(concept)
  networks = method in NETWORK_METHODS
  if mu is None:
    mu = MU if networks else LARGE_MU[concept]
  if not mu > 0:
    raise ValueError(f"mu: expected a positive number, got {mu}.")
  payoffs = np.asarray(validation.check_payoffs(payoffs, batched=True), float)
  with jax.enable_x64(True):
    total = np.asarray(jax.vmap(total_payoffs)(jnp.asarray(payoffs)))
  objective = -total if lowest else total
  selection = equilibria.MaximumWelfareMaximumEntropy(
    welfare=objective,
    mu=mu,
    rho=None if networks else RHO_PER_MU * mu,  # theirs goes with their mu
  )
  found = solve_batch(payoffs, concept, selection, method)
  axes = tuple(range(1, total.ndim))
  scale = total.std(axes) / mu
  with jax.enable_x64(True):
    weighted = jax.vmap(
      lambda game, duals: gains.weighted_gains(game, duals, concept)
    )(jnp.asarray(payoffs), jnp.asarray(found.duals))
  scale = scale.reshape(-1, *(1 for _ in axes))
  bound = (objective - scale * np.asarray(weighted)).max(axes)
  return WelfareBounds(
    welfare=np.asarray(found.welfare),
    bound=-bound if lowest else bound,
    gap=np.asarray(found.gap_sum),
  )
