# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""The methods "nes", a network's duals, and "nes+exact", steps from there."""

import functools
from typing import Any

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float

from nes_spiel.equilibria import Concept as Correlated
from nes_spiel.equilibria import dual, exact
from nes_spiel.equilibria.interior_point import (
  DualSolution,
  Status,
  status_of,
)
from nes_spiel.equilibria.problem import Problem, standardized_problem
from nes_spiel.equilibria.selection import Selection
from nes_spiel.games import masks, validation
from nes_spiel.nes.files import Model
from nes_spiel.nes.network import Network, Variables
from nes_spiel.solvers import batching
from nes_spiel.solvers.assembly import assemble
from nes_spiel.solvers.solution import Concept, Solution

# Relative, of a target joint to the product of its marginals.
PRODUCT_TOLERANCE = 1e-3


def check_serves(
  model: Model,
  concept: Concept,
  players: int,
  selection: Selection,
  strategy_mask: Any = None,
) -> None:
  """Raises ValueError for what a network was not trained for.

  Args:
    model: the network.
    concept: as asked for.
    players: of the games.
    selection: as the caller gave it, `check_selection` passed.
    strategy_mask: None, or with a leading batch axis.
  """
  config = model.network.config
  exactly = f'method="exact" solves it ({concept}, {players} players).'
  if (concept, players) != (config.concept, config.players):
    raise ValueError(
      f'method: this network is for "{config.concept}" and {config.players} '
      f"players; {exactly}"
    )
  default_only = ["max_epsilon", "welfare", "mu", "rho"]
  sees_target = {"reference_logits", "target_joint"} & set(config.inputs)
  if not (sees_target and model.facts.get("targets")):
    default_only.append("target_joint")
  for name in default_only:
    if getattr(selection, name) is not None:
      raise ValueError(
        f"selection.{name}: this network was trained with its default alone; "
        f"{exactly}"
      )
  if selection.shared_epsilon:
    raise ValueError(
      f"selection.shared_epsilon: this network was trained without; {exactly}"
    )
  epsilon = selection.target_epsilon
  if validation.is_traced(epsilon) or np.any(np.asarray(epsilon) != 0):
    raise ValueError(
      "selection.target_epsilon: this network was trained with 0 for each "
      f"player, got {epsilon!r}; {exactly}"
    )
  target = selection.target_joint
  if target is not None and not validation.is_traced(target, strategy_mask):
    apart = _far_from_product(np.asarray(target), players, strategy_mask)
    if apart > PRODUCT_TOLERANCE:
      raise ValueError(
        "selection.target_joint: this network was trained with products of "
        "counts over their sum alone, as repeats in JPSRO are; got a joint "
        f"that differs from its marginals' product by {apart:.2g} of it; "
        f"{exactly}"
      )


def _far_from_product(
  target: Float[np.ndarray, "*b_a"], players: int, strategy_mask: Any
) -> float:
  """Returns how far joints are from their marginals' product, relative."""
  joint = target.shape[-players:]
  target = target.reshape(-1, *joint).astype(np.float64)
  if strategy_mask is not None:
    exists = [masks.joint_mask(np.asarray(m), joint) for m in strategy_mask]
    target = np.where(np.stack(exists), target, 0)
  axes = range(1, players + 1)
  marginals = [
    target.sum(tuple(q for q in axes if q != p), keepdims=True) for p in axes
  ]
  product = functools.reduce(np.multiply, marginals)
  apart = np.abs(target - product) / np.where(product > 0, product, 1)
  return float(apart.max())


def solve_games(
  network: Network,
  variables: Variables,
  payoffs: Float[Array, "b n *a"],
  strategy_mask: Bool[Array, "b n d"],
  selection: Selection,
  concept: Correlated,
  tolerance: float,
  max_iterations: int,
  dtype: jnp.dtype,
) -> Solution:
  """Maps a batch of games through the network, and measures the answers.

  Args:
    network: the architecture.
    variables: what it has learned.
    payoffs: `[b, n, *a]`, the caller's units, float64.
    strategy_mask: `[b, n, d]`.
    selection: the parameters of Eq. 6, every array with a leading b.
    concept: "ce" or "cce".
    tolerance: on the KKT residual, for the status CONVERGED.
    max_iterations: Newton steps from the network's duals; for 0, the method
      "nes", they are the answer. Networks do not reach the exact solver's
      tolerance: MAX_ITERATIONS is their rule, and `Solution.check` raises.
    dtype: of the arrays returned.
  """
  method = "nes+exact" if max_iterations else "nes"

  def one(game: tuple[Array, Array, Selection]) -> Solution:
    payoffs, mask, selection = game
    exists = masks.joint_mask(mask, payoffs.shape[1:])
    payoffs = masks.masked_payoffs(payoffs, exists)
    problem, standard = standardized_problem(payoffs, selection, concept, mask)
    duals = network.duals_in_single(variables, payoffs, selection, problem)
    if max_iterations:
      answer = exact.solve_dual(problem, tolerance, max_iterations, duals)
    else:
      answer = _unrefined(problem, duals, tolerance)
    return assemble(
      payoffs, selection, problem, standard, answer, dtype, method
    )

  return batching.map_games(one, (payoffs, strategy_mask, selection))


def _unrefined(
  problem: Problem, duals: dual.Duals, tolerance: float
) -> DualSolution:
  """Returns a network's duals with their residual, after no iterations."""
  residual = dual.residual(problem, duals, dual.dual_gradient(problem, duals))
  status = status_of(residual, tolerance, Status.MAX_ITERATIONS)
  return DualSolution(duals, residual, status, jnp.asarray(0, jnp.int32))
