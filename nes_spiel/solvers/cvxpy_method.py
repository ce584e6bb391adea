# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""The method "cvxpy": the reference solver, one game after the other."""

import functools
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Bool, Float

from nes_spiel.equilibria import dual
from nes_spiel.equilibria.dual_solution import DualSolution, Status
from nes_spiel.equilibria.problem import standardized_problem
from nes_spiel.equilibria.selection import Selection
from nes_spiel.games import masks
from nes_spiel.solvers.assembly import assemble
from nes_spiel.solvers.solution import Concept, Solution

# CVXPY's words for how a solver stopped.
STATUS = {
  "optimal": Status.CONVERGED,
  "optimal_inaccurate": Status.STALLED,
  "user_limit": Status.MAX_ITERATIONS,
}


def solve_games(
  payoffs: Float[np.ndarray, "b n *a"],
  strategy_mask: Bool[np.ndarray, "b n d"],
  selection: Selection,
  concept: Concept,
) -> Solution:
  """Solves a batch of games by CVXPY and Clarabel, in a loop on the host.

  Args:
    payoffs: `[b, n, *a]`, the caller's units, float64; unpadded.
    strategy_mask: `[b, n, d]`.
    selection: the parameters of Eq. 6, every array with a leading b.
    concept: "ce" or "cce".

  Returns:
    The solutions. `status` is Clarabel's word, by its own tolerances, whatever
    the residual. Where it gave up, arrays are NaN and `status` says NOT_FINITE.

  Raises:
    ValueError: concept "ne", or a padded game.
  """
  if concept == "ne":
    raise ValueError(
      'method: "cvxpy" solves "ce" and "cce", not "ne"; use "exact".'
    )
  full = masks.full_strategy_mask(payoffs.shape[2:])
  if not np.array_equal(
    strategy_mask, np.broadcast_to(full, strategy_mask.shape)
  ):
    raise ValueError(
      'method: "cvxpy" takes games without padding; unpad them, or use "exact".'
    )
  from nes_spiel.equilibria import cvxpy_reference

  reference = cvxpy_reference.CvxpyReference(
    payoffs.shape[2:], concept, selection.shared_epsilon
  )
  solutions = []
  for index in range(payoffs.shape[0]):
    chosen = jax.tree.map(lambda leaf, i=index: leaf[i], selection)
    solutions.append(_solve_game(reference, payoffs[index], chosen, concept))
  return jax.tree.map(lambda *leaves: np.stack(leaves), *solutions)


def _solve_game(
  reference: Any,
  payoffs: Float[np.ndarray, "n *a"],
  selection: Selection,
  concept: Any,
) -> Solution:
  """Solves one game."""
  problem, _ = _state(payoffs, selection, concept)
  reference.set_game(problem)
  answer = reference.solve()
  status = STATUS.get(answer.status, Status.NOT_FINITE)
  duals = np.maximum(answer.duals, 0)
  joint = np.maximum(answer.joint, 0)
  joint = joint / joint.sum()
  return _measure(payoffs, selection, concept, duals, joint, np.int32(status))


@functools.partial(jax.jit, static_argnums=2)
def _state(payoffs: Any, selection: Selection, concept: Any) -> Any:
  """States the standardised problem."""
  return standardized_problem(payoffs, selection, concept)


@functools.partial(jax.jit, static_argnums=2)
def _measure(
  payoffs: Any,
  selection: Selection,
  concept: Any,
  duals: Any,
  joint: Any,
  status: Any,
) -> Solution:
  """Measures the reference's answer as every other method's is measured."""
  problem, game = standardized_problem(payoffs, selection, concept)
  answer = DualSolution(
    duals=duals,
    residual=dual.residual(problem, duals),
    status=status,
    iterations=jnp.asarray(-1, jnp.int32),
  )
  return assemble(
    payoffs, selection, problem, game, answer, joint.dtype, "cvxpy", joint
  )
