# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""What is designed: a set of parameters, the game that they make, an aim."""

import functools
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from jaxtyping import Array, Float

from nes_spiel import solvers
from nes_spiel.equilibria import MaximumEntropy, gains
from nes_spiel.mechanism_design.convex_set import ConvexSet
from nes_spiel.mechanism_design.design import Design, maximize, value_and_slope

# Of epsilon's distance in Eq. 6: equilibria are smooth in payoffs at a small
# one, and exact, so that dominated actions do not move at all, at a large one.
RHOS = (10.0, 100.0, 1e3, 1e4)


class Task(NamedTuple):
  """A design problem.

  Attributes:
    name: what it is called.
    payoffs: from parameters `[k]` to a game `[n, *a]`.
    aim: from parameters and the joint that is played `[*a]` to a number, more
      is better.
    start: `[k]`, where the search begins, in the set.
    allowed: the set.
    concept: "ce" or "cce", of which the maximum-entropy one is played.
  """

  name: str
  payoffs: Callable[[Float[Array, " k"]], Float[Array, "n *a"]]
  aim: Callable[[Float[Array, " k"], Float[Array, "*a"]], Float[Array, ""]]
  start: Float[np.ndarray, " k"]
  allowed: ConvexSet
  concept: solvers.Concept = "ce"

  def joint(
    self,
    parameters: Float[Array, " k"],
    rho: Float[Array, ""] | float = RHOS[-1],
    method: solvers.Method = "exact",
  ) -> Float[Array, "*a"]:
    """Returns what is played.

    Args:
      parameters: `[k]`.
      rho: of Eq. 6; "nes" knows its own alone, and leaves this.
      method: of `nes_spiel.solve`.

    Raises:
      ValueError: another concept.
    """
    gains.check_concept(self.concept)
    selection = None if method == "nes" else MaximumEntropy(rho=rho)
    payoffs = self.payoffs(parameters)
    return solvers.solve(payoffs, self.concept, selection, method).joint

  def objective(
    self,
    parameters: Float[Array, " k"],
    rho: Float[Array, ""] | float = RHOS[-1],
    method: solvers.Method = "exact",
  ) -> Float[Array, ""]:
    """Returns the aim at what is played; arguments as in `joint`."""
    return self.aim(parameters, self.joint(parameters, rho, method))


def design_task(
  task: Task,
  rhos: Sequence[float] = RHOS,
  method: solvers.Method = "exact",
  max_steps: int = 200,
  report: Callable[[int, float], None] | None = None,
) -> Design:
  """Returns the best design that is found, never worse than the start.

  Each rho begins where the one before ended. The last one also begins at the
  start, and the better of both designs is returned.

  Args:
    task: what is designed.
    rhos: of Eq. 6, in this order; "nes" has one of its own, and leaves
      these.
    method: of `nes_spiel.solve`, "nes" for gradients through the network.
    max_steps: with each rho.
    report: as `design` takes it.

  Raises:
    ValueError: no rho, or what `design` refuses.

  Example:
    >>> from nes_spiel import games, mechanism_design
    >>> dilemma = games.classics.prisoners_dilemma()
    >>> task = mechanism_design.transfers(dilemma, most=3.0)
    >>> found = mechanism_design.design_task(task)
    >>> found.start_value < found.value
    True
  """
  if not rhos:
    raise ValueError("rhos: expected at least one, got none.")
  rhos = rhos[-1:] if method == "nes" else rhos
  slope = value_and_slope(functools.partial(task.objective, method=method))

  def ascend(rho: float, point: Float[np.ndarray, " k"]) -> Design:
    at_rho = functools.partial(slope, rho=rho)
    return maximize(at_rho, point, task.allowed, max_steps, report=report)

  straight = found = ascend(rhos[-1], task.start)
  point = task.start
  for rho in rhos if len(rhos) > 1 else ():
    found = ascend(rho, point)
    point = found.parameters
  better = max(found, straight, key=lambda design: design.value)
  return better._replace(start_value=straight.start_value)
