# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""How good a network's answers are, beside the exact ones."""

import functools
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float, Int

from nes_spiel.equilibria import (
  Concept,
  DualSolution,
  Selection,
  dual,
  exact,
  gap_sum,
  solver_gap,
)
from nes_spiel.equilibria.problem import Problem, standardized_problem
from nes_spiel.games import masks
from nes_spiel.nes.network import Network, Variables

CHUNK = 64  # games per compiled call
RESIDUAL = 1e-8  # of an exact solution
STRATA = ("inactive", "interior", "unreachable")
UNREACHABLE = 0.3


class Evaluation(NamedTuple):
  """Measurements per game, all `[b]`.

  Attributes:
    solved: whether the exact solver did; means are over these games.
    solver_gap: total variation to the exact solution of Eq. 6.
    trivial_gap: that of zero duals, softmax(ln target + mu W).
    equilibrium_gap: the (C)CE gap against epsilon 0, standardised payoffs.
    exact_gap: the exact solution's own.
    dual_sum: the sum of all duals, standardised.
    stratum: an index of `STRATA`: "inactive" where zero duals are the exact
      solution, "unreachable" where the exact epsilon of some player lies above
      its target by more than 0.3 of the room up to max_epsilon, else
      "interior".
  """

  solved: Bool[Array, " b"]
  solver_gap: Float[Array, " b"]
  trivial_gap: Float[Array, " b"]
  equilibrium_gap: Float[Array, " b"]
  exact_gap: Float[Array, " b"]
  dual_sum: Float[Array, " b"]
  stratum: Int[Array, " b"]

  def of_stratum(self, name: str) -> "Evaluation":
    """Returns the measurements of the games of one of `STRATA`."""
    chosen = np.asarray(self.stratum) == STRATA.index(name)
    return Evaluation(*[np.asarray(values)[chosen] for values in self])

  def mean(self, name: str) -> tuple[float, float]:
    """Returns a measurement's mean over games, and its standard error.

    The error is NaN where it is of one game.
    """
    values = np.asarray(getattr(self, name), np.float64)
    values = values if name == "solved" else values[np.asarray(self.solved)]
    spread = values.std(ddof=1) if len(values) > 1 else np.nan
    return float(values.mean()), float(spread / np.sqrt(len(values)))


def evaluate(
  network: Network,
  variables: Variables,
  payoffs: Float[Array, "b n *a"],
  selection: Selection,
  strategy_mask: Bool[Array, "b n d"] | None = None,
) -> Evaluation:
  """Compares a network with the exact solver on the same games.

  Args:
    network: its configuration.
    variables: what it has learned.
    payoffs: `[b, n, *a]`.
    selection: its numbers are shared, its arrays have a leading b.
    strategy_mask: `[b, n, d]`, all strategies if None.
  """
  count = len(payoffs)
  if strategy_mask is None:
    full = masks.full_strategy_mask(payoffs.shape[2:])
    strategy_mask = jnp.broadcast_to(full, (count, *full.shape))
  wide = jax.tree.map(
    lambda leaf: np.asarray(leaf, np.float64), (payoffs, selection)
  )
  games = jax.tree.map(
    lambda leaf: np.broadcast_to(leaf, (count, *np.shape(leaf)[1:])),
    (*wide, strategy_mask),
  )
  pieces = []
  with jax.enable_x64(True):
    for first in range(0, count, CHUNK):
      piece = jax.tree.map(lambda x: x[first : first + CHUNK], games)  # noqa: B023
      solved = _compiled_exact(network.config.concept)(*piece)
      measured = _compiled(network)(variables, *piece, solved)
      pieces.append(jax.device_get(measured))
  return jax.tree.map(lambda *parts: np.concatenate(parts), *pieces)


@functools.cache
def _compiled(network: Network) -> Any:
  """Returns `_measure` for many games."""
  measure = functools.partial(_measure, network)
  return jax.jit(jax.vmap(measure, in_axes=(None, 0, 0, 0, 0)))


@functools.cache
def _compiled_exact(concept: Concept) -> Any:
  """Returns `_solve` for many games: one compilation for all networks."""
  return jax.jit(jax.vmap(functools.partial(_solve, concept)))


def _solve(
  concept: Concept, payoffs: Array, selection: Selection, strategy_mask: Array
) -> DualSolution:
  """Solves one game exactly."""
  problem, _ = standardized_problem(payoffs, selection, concept, strategy_mask)
  return exact.solve_dual(problem, RESIDUAL)


def _measure(
  network: Network,
  variables: Variables,
  payoffs: Array,
  selection: Selection,
  strategy_mask: Array,
  solved: DualSolution,
) -> Any:
  """Measures one game: the network in its own precision, the rest in double."""
  concept = network.config.concept
  problem, _ = standardized_problem(payoffs, selection, concept, strategy_mask)
  duals = network.duals_in_single(variables, payoffs, selection, problem)
  reference = dual.primal_joint(problem, solved.duals)
  answer = dual.primal_joint(problem, duals)
  trivial = dual.primal_joint(problem, jnp.zeros_like(duals))
  gap = functools.partial(
    gap_sum, problem.payoffs, concept=concept, strategy_mask=strategy_mask
  )
  return Evaluation(
    solved.residual <= RESIDUAL,
    solver_gap(answer, reference),
    solver_gap(trivial, reference),
    gap(answer),
    gap(reference),
    jnp.sum(duals),
    _stratum(problem, solved.duals),
  )


def _stratum(problem: Problem, duals: dual.Duals) -> Int[Array, ""]:
  """Returns the stratum of a problem by its exact duals."""
  room = problem.max_epsilon - problem.target_epsilon
  slack = dual.epsilon_slack(problem, duals)
  unreachable = jnp.any(slack < (1 - UNREACHABLE) * room)
  gradient = dual.dual_gradient(problem, jnp.zeros_like(duals))
  active = jnp.any(gradient < 0)
  return jnp.where(unreachable, 2, active.astype(jnp.int32)).astype(jnp.int32)
