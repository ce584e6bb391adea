# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Prices and wages: tolls of roads, surcharges of machines, a contract.

In the spirit of the tasks of Differentiable Equilibrium Blocks
(arXiv:2603.07705).
"""

from collections.abc import Sequence

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from nes_spiel import solvers
from nes_spiel.games import congestion, validation
from nes_spiel.mechanism_design.convex_set import convex_set
from nes_spiel.mechanism_design.tasks import Task

# What a price of 1 costs the designer, so that prices without use vanish.
PRICE = 1e-3


def tolls(
  players: int = 4,
  network: congestion.Network | None = None,
  most: float = 50.0,
  concept: solvers.Concept = "cce",
) -> Task:
  """Tolls on a network's roads, so that drivers lose least time.

  Who takes a road pays its toll beside the delay. The aim is the negative delay
  of all, and a thousandth of all tolls, so that these are minimal.

  Args:
    players: n.
    network: Braess's if None, whose shortcut costs four drivers 60 minutes.
    most: of a toll, minutes.
    concept: "ce" or "cce".

  Raises:
    ValueError: no player, or `most` below 0 or infinite.
  """
  if not 0 <= most < np.inf:
    raise ValueError(f"most: expected 0 or a finite number above, got {most}.")
  network = congestion.braess_network() if network is None else network
  delays = congestion.route_costs(players, network)
  roads = network.routes.shape[1]
  # A game of routes costs [n, r, ..., r] what the player's own route does.
  routes = np.indices(delays.shape[1:])
  takes = network.routes[routes]  # of shape [n, *r, e]

  def aim(
    parameters: Float[Array, " k"], joint: Float[Array, "*a"]
  ) -> Float[Array, ""]:
    lost = jnp.sum(joint * delays.sum(0))
    return -lost - PRICE * jnp.sum(parameters)

  return Task(
    name="tolls",
    payoffs=lambda x: -jnp.asarray(delays) - jnp.asarray(takes) @ x,
    aim=aim,
    start=np.zeros(roads),
    allowed=convex_set(roads, 0.0, most),
    concept=concept,
  )


def scheduling(
  sizes: Sequence[float] = (3.0, 2.0, 2.0),
  machines: int = 2,
  most: float = 4.0,
  seed: int = 0,
  concept: solvers.Concept = "cce",
) -> Task:
  """Surcharges by job and machine, so that the last job ends early.

  A job is done when its machine is, and every job chooses its machine. The aim
  is the negative time at which all are done, and a thousandth of surcharges.
  Without any, machines are alike and no small surcharge helps: random ones are
  the start.

  Args:
    sizes: of jobs.
    machines: how many, two or more.
    most: of all of a job's surcharges.
    seed: of those to begin with.
    concept: "ce" or "cce".

  Raises:
    ValueError: fewer than two jobs or machines, a size that is not finite, or
      `most` below 0 or infinite.
  """
  weights, jobs = np.asarray(sizes, float), len(sizes)
  validation.check_finite("sizes", weights)
  if not 0 <= most < np.inf:
    raise ValueError(f"most: expected a number from 0 on, got {most}.")
  if jobs < 2 or machines < 2:
    raise ValueError(
      f"sizes, machines: expected two or more, got {jobs} and {machines}."
    )
  size = jobs * machines
  where = np.indices((machines,) * jobs)  # of shape [n, *a], machines
  on = where[:, None] == np.arange(machines).reshape(-1, *[1] * jobs)
  loads = np.tensordot(weights, on, 1)  # of shape [m, *a]
  ends = np.take_along_axis(loads, where, axis=0)
  budget = np.kron(np.eye(jobs), np.ones(machines))

  def payoffs(x: Float[Array, " k"]) -> Float[Array, "n *a"]:
    extra = jnp.reshape(x, (jobs, machines))
    return -jnp.asarray(ends) - jnp.stack(
      [extra[j][where[j]] for j in range(jobs)]
    )

  def aim(
    parameters: Float[Array, " k"], joint: Float[Array, "*a"]
  ) -> Float[Array, ""]:
    late = jnp.sum(joint * loads.max(0))
    return -late - PRICE * jnp.sum(parameters)

  return Task(
    name="scheduling",
    payoffs=payoffs,
    aim=aim,
    start=np.random.default_rng(seed).uniform(0, most / machines, size),
    allowed=convex_set(size, 0.0, most, budget, most=most),
    concept=concept,
  )


def contract(
  success: Sequence[float] = (0.1, 0.4, 0.9),
  worth: float = 10.0,
  concept: solvers.Concept = "ce",
) -> Task:
  """Wages for efforts that nobody sees, so that a principal earns most.

  Two agents or more make an effort, at a cost of 1 each, or not. How many do
  decides how likely the project succeeds. Wages depend on success or failure
  alone, are not negative, and on success not above the project's worth, half of
  which agents share at the start.

  Args:
    success: `[n + 1]`, its probability by the number of efforts.
    worth: of success.
    concept: "ce" or "cce".

  Raises:
    ValueError: fewer than three numbers, one outside 0 to 1, or a worth below 0
      or infinite.
  """
  chances = np.asarray(success, float)
  if len(chances) < 3 or not ((chances >= 0) & (chances <= 1)).all():
    raise ValueError(
      "success: expected three or more probabilities, from 0 to 1, got "
      f"{success}."
    )
  if not 0 <= worth < np.inf:
    raise ValueError(f"worth: expected a number from 0 on, got {worth}.")
  agents = len(chances) - 1
  efforts = np.indices((2,) * agents)
  likely = chances[efforts.sum(0)]  # of shape [*a]
  costs = efforts.astype(float)
  paid = np.tile([1.0, 0.0], agents)[None]  # wages x [n, (success, failure)]

  def payoffs(x: Float[Array, " k"]) -> Float[Array, "n *a"]:
    wages = jnp.reshape(x, (agents, 2, *[1] * agents))
    chance = likely[None]
    return wages[:, 0] * chance + wages[:, 1] * (1 - chance) - costs

  def aim(
    parameters: Float[Array, " k"], joint: Float[Array, "*a"]
  ) -> Float[Array, ""]:
    bill = jnp.sum(jnp.reshape(parameters, (agents, 2)), axis=0)
    succeeds = jnp.sum(joint * likely)
    return succeeds * (worth - bill[0]) - (1 - succeeds) * bill[1]

  return Task(
    name="contract",
    payoffs=payoffs,
    aim=aim,
    start=np.tile([worth / (2 * agents), 0.0], agents),
    allowed=convex_set(2 * agents, 0.0, np.inf, paid, most=worth),
    concept=concept,
  )
