# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""How checked games are run: compiled, within a caller's trace, or by CVXPY."""

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from nes_spiel.equilibria.selection import Selection
from nes_spiel.games import validation
from nes_spiel.solvers import cvxpy_method, exact, precision
from nes_spiel.solvers.solution import Concept, Method, Solution

# On the standardised scale: payoffs that are rounded to float32 pass.
CONSTANT_SUM_TOLERANCE = 1e-6


class Options(NamedTuple):
  """What is compiled for, beside shapes."""

  concept: Concept
  method: Method
  tolerance: float
  max_iterations: int


def solve_games(
  payoffs: Any,
  strategy_mask: Any,
  selection: Selection,
  variables: Any,
  network: Any,
  options: Options,
  dtype: jnp.dtype,
) -> tuple[Solution, Any]:
  """Solves a batch in float64, by a network where one is given.

  Returns:
    The solutions, and how far each game is from constant-sum.
  """
  games, concept = (payoffs, strategy_mask, selection), options.concept
  if network is None or concept == "ne":
    return exact.solve_games(
      *games, concept, options.tolerance, options.max_iterations, dtype
    )
  from nes_spiel.solvers import nes_method

  solution = nes_method.solve_games(
    network,
    variables,
    *games,
    concept,
    options.tolerance,
    options.max_iterations,
    dtype,
    refine=options.method == "nes+exact",
  )
  return solution, jnp.zeros(payoffs.shape[0])


_DOUBLE = np.dtype(np.float64)
_compiled = jax.jit(solve_games, static_argnums=(4, 5, 6))


def solve_eagerly(
  games: tuple[Any, Any, Selection], options: Options, model: Any
) -> Solution:
  """Solves concrete games in one compiled call; returns NumPy float64."""
  arguments = (*_to_float64(games), *_parts(model), options, _DOUBLE)
  with jax.enable_x64(True):
    answer = _compiled(*arguments)
    if validation.is_traced(answer):
      # A caller's jit has staged the call; concrete games are solved now.
      with jax.ensure_compile_time_eval():
        answer = _compiled(*arguments)
    solution, violation = jax.device_get(answer)
  if options.concept == "ne":
    _check_constant_sum(violation)
  return solution


def _parts(model: Any) -> tuple[Any, Any]:
  """Returns what is traced of a model, and what is not."""
  return (None, None) if model is None else (model.variables, model.network)


def solve_traced(
  games: tuple[Any, Any, Selection], options: Options, model: Any
) -> Solution:
  """Solves traced games in float64, returns the ambient precision."""
  dtype = jnp.result_type(float)
  payoffs, strategy_mask, selection = games

  def compute(real: Any, mask: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    solution, _ = solve_games(
      real[0], mask, real[1], *_parts(model), options, dtype
    )
    fields = vars(solution)
    counts = {name: fields[name] for name in ("status", "iterations")}
    return {
      name: value
      for name, value in fields.items()
      if name not in (*counts, "method")
    }, counts

  values, counts = precision.in_float64(
    compute, (payoffs, selection), strategy_mask
  )
  method = "exact" if model is None else options.method
  return Solution(**values, **counts, method=method)


def solve_by_cvxpy(
  games: tuple[Any, Any, Selection], concept: Concept
) -> Solution:
  """Solves concrete games by the reference solver."""
  if validation.is_traced(games):
    raise ValueError(
      'method: "cvxpy" runs on the host and cannot be traced by jit, vmap or '
      'grad; use "exact".'
    )
  # Within a caller's jit, concrete games are solved now.
  with jax.enable_x64(True), jax.ensure_compile_time_eval():
    payoffs, mask, selection = _to_float64(games)
    return cvxpy_method.solve_games(payoffs, mask, selection, concept)


def _to_float64(games: Any) -> Any:
  """Returns NumPy copies, real numbers in float64."""
  return jax.tree.map(
    lambda leaf: np.asarray(
      leaf, None if np.asarray(leaf).dtype == bool else np.float64
    ),
    games,
  )


def _check_constant_sum(violation: np.ndarray) -> None:
  """Raises unless every game was constant-sum up to scale and offset."""
  worst = int(np.argmax(violation))
  if not violation[worst] <= CONSTANT_SUM_TOLERANCE:
    raise ValueError(
      'concept: "ne" takes two-player constant-sum games, up to a positive '
      "scale and an offset per player; the standardised payoffs of game "
      f"{worst} add up to as much as {violation[worst]:.3g} instead of 0. "
      'Use "cce" or "ce".'
    )
