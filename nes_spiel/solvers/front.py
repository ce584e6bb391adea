# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""One front for all methods: `solve` for one game, `solve_batch` for many."""

from typing import Any, Literal, NamedTuple, get_args

import jax
import jax.numpy as jnp
import numpy as np

from nes_spiel.equilibria.selection import MaximumEntropy, Selection
from nes_spiel.games import masks, openspiel, validation
from nes_spiel.solvers import cvxpy_method, exact, precision
from nes_spiel.solvers.selection_checks import batch_selection, check_selection
from nes_spiel.solvers.solution import CONCEPTS, Concept, Solution

Method = Literal["auto", "exact", "nes", "nes+exact", "cvxpy"]
METHODS: tuple[Method, ...] = get_args(Method)
NETWORK_METHODS = ("nes", "nes+exact")
CONSTANT_SUM_TOLERANCE = 1e-6


def solve(
  payoffs: Any,
  concept: Concept = "cce",
  selection: Selection | None = None,
  method: Method = "auto",
  strategy_mask: Any = None,
  tolerance: float = 1e-10,
  max_iterations: int = 200,
  model: Any = None,
) -> Solution:
  """Selects the unique equilibrium of a game that maximises Eq. 6.

  Called on arrays it computes in float64 and returns NumPy. Called with tracers
  (under jit, vmap or grad) it stays traceable, is differentiable in payoffs and
  selection, and returns arrays of the ambient precision; forward mode and
  second derivatives need `jax_enable_x64`.

  Args:
    payoffs: `[n, *a]`, one array `[*a]` per player, or an OpenSpiel normal-form
      game; utilities.
    concept: "ce", "cce", or "ne" for two-player constant-sum games (up to a
      positive scale and an offset per player), which returns the product of the
      marginals of a CCE.
    selection: which equilibrium; `MaximumEntropy()` if None.
    method: "exact"; "nes", one pass through a trained network; "nes+exact",
      Newton steps from the network's answer; "cvxpy"; or "auto", which is
      "exact" at every shape, since a network never is more accurate.
      `Solution.method` names the one that was used.
    strategy_mask: `[n, d]`, for a padded game; d the largest strategy count.
    tolerance: on the KKT residual, for "exact" and "nes+exact".
    max_iterations: Newton steps, for "exact" and "nes+exact".
    model: for "nes" and "nes+exact", a `nes.Model`; the shipped one for this
      concept and number of players if None.

  Returns:
    A `Solution`. A failure shows in `status`; `solution.check()` raises it.

  Raises:
    ValueError: malformed payoffs, mask or selection, an unknown concept or
      method, or "ne" for a game that is not two-player constant-sum.

  Example:
    >>> import nes_spiel
    >>> chicken = nes_spiel.games.classics.chicken()
    >>> nes_spiel.solve(chicken, "ce").joint.round(3).sum().item()
    1.0
  """
  if openspiel.is_game(payoffs):
    payoffs = openspiel.from_openspiel(payoffs)
  payoffs = validation.check_payoffs(payoffs, strategy_mask=strategy_mask)
  if strategy_mask is not None:
    strategy_mask = validation.as_array(strategy_mask)[None]
  selection = MaximumEntropy() if selection is None else selection
  check_selection(selection, payoffs.shape, strategy_mask)
  options = Options(concept, method, float(tolerance), int(max_iterations))
  solution = _solve(payoffs[None], strategy_mask, selection, options, model)
  return jax.tree.map(lambda leaf: leaf[0], solution)


def solve_batch(
  payoffs: Any,
  concept: Concept = "cce",
  selection: Selection | None = None,
  method: Method = "auto",
  strategy_mask: Any = None,
  tolerance: float = 1e-10,
  max_iterations: int = 200,
  model: Any = None,
) -> Solution:
  """Solves many games of one (padded) shape; see `solve`.

  Args:
    payoffs: `[b, n, *a]`.
    concept: as in `solve`.
    selection: shared by all games, or with a leading b on any of its arrays.
      A `target_epsilon` or `max_epsilon` of one axis is per player, not per
      game.
    method: as in `solve`.
    strategy_mask: `[b, n, d]`.
    tolerance: as in `solve`.
    max_iterations: as in `solve`.
    model: as in `solve`.

  Returns:
    A `Solution` with a leading b on every array.

  Raises:
    ValueError: as in `solve`.

  Example:
    >>> import jax, nes_spiel
    >>> games = nes_spiel.games.sample_invariant(jax.random.key(0), 8, (3, 3))
    >>> nes_spiel.solve_batch(games).joint.shape
    (8, 3, 3)
  """
  payoffs = validation.check_payoffs(payoffs, True, strategy_mask)
  selection = MaximumEntropy() if selection is None else selection
  check_selection(selection, payoffs.shape[1:], strategy_mask, payoffs.shape[0])
  options = Options(concept, method, float(tolerance), int(max_iterations))
  return _solve(payoffs, strategy_mask, selection, options, model)


class Options(NamedTuple):
  """What is compiled for, beside shapes."""

  concept: Concept
  method: Method
  tolerance: float
  max_iterations: int


def _check_options(options: Options, players: int) -> None:
  """Raises ValueError for names that are not known, or do not go together."""
  concept, method = options.concept, options.method
  if concept not in CONCEPTS:
    raise ValueError(f"concept: expected one of {CONCEPTS}, got {concept!r}.")
  if method not in METHODS:
    raise ValueError(f"method: expected one of {METHODS}, got {method!r}.")
  if concept == "ne" and players != 2:
    raise ValueError(
      'concept: "ne" takes two-player constant-sum games; got '
      f'{players} players. Use "cce" or "ce".'
    )


def _model_for(
  options: Options,
  model: Any,
  shape: tuple[int, ...],
  selection: Selection,
  strategy_mask: Any,
) -> Any:
  """Returns the network to use, after checking that it serves, or None."""
  concept, method = options.concept, options.method
  if method not in NETWORK_METHODS:
    if model is not None:
      raise ValueError(
        f'model: is for method="nes" and "nes+exact" alone, got {method!r}.'
      )
    return None
  if concept == "ne":
    raise ValueError(f'method: {method!r} solves "ce" and "cce"; use "exact".')
  from nes_spiel.solvers import network_choice, network_range

  asked = (concept, len(shape), selection, strategy_mask)
  if model is None:
    model = network_choice.shipped_model(*asked)
  elif hasattr(model, "network"):
    network_choice.check_serves(model, *asked)
  else:
    raise ValueError(
      "model: expected what nes.load reads from a file, or nes.load_pretrained "
      f"by its name, got {str(model)[:40]!r}."
    )
  network_range.warn_beyond_range(model.facts, shape, strategy_mask)
  return model


def _solve(
  payoffs: Any,
  strategy_mask: Any,
  selection: Selection,
  options: Options,
  model: Any,
) -> Solution:
  """Solves a batch of checked games by the method that was chosen."""
  _check_options(options, payoffs.shape[1])
  model = _model_for(
    options, model, payoffs.shape[2:], selection, strategy_mask
  )
  selection = batch_selection(selection, payoffs.shape[0], payoffs.ndim - 2)
  if strategy_mask is None:
    full = masks.full_strategy_mask(payoffs.shape[2:])
    strategy_mask = np.broadcast_to(full, (payoffs.shape[0], *full.shape))
  games = (payoffs, strategy_mask, selection)
  if options.method == "cvxpy":
    return _solve_cvxpy(games, options.concept)
  if validation.is_traced(games):
    return _solve_traced(games, options, model)
  return _solve_eagerly(games, options, model)


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

  most = 0 if options.method == "nes" else options.max_iterations
  solution = nes_method.solve_games(
    network, variables, *games, concept, options.tolerance, most, dtype
  )
  return solution, jnp.zeros(payoffs.shape[0])


_DOUBLE = np.dtype(np.float64)
_compiled = jax.jit(solve_games, static_argnums=(4, 5, 6))


def _solve_eagerly(
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


def _solve_traced(
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


def _solve_cvxpy(
  games: tuple[Any, Any, Selection], concept: Concept
) -> Solution:
  """Solves concrete games by the reference solver."""
  if validation.is_traced(games):
    raise ValueError(
      'method: "cvxpy" runs on the host and cannot be traced by jit, vmap or '
      'grad; use "exact".'
    )
  with jax.enable_x64(True):
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
