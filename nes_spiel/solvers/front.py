# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""One front for all methods: `solve` for one game, `solve_batch` for many."""

import dataclasses
from typing import Any

import jax
import numpy as np

from nes_spiel.equilibria.selection import MaximumEntropy, Selection
from nes_spiel.games import masks, openspiel, validation
from nes_spiel.solvers import execution
from nes_spiel.solvers.execution import Options
from nes_spiel.solvers.selection_checks import batch_selection, check_selection
from nes_spiel.solvers.solution import (
  CONCEPTS,
  METHODS,
  NETWORK_METHODS,
  Concept,
  Method,
  Solution,
)


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
    tolerance: on the KKT residual, at least 0, for "exact" and "nes+exact".
    max_iterations: Newton steps, at least 1, for "exact" and "nes+exact".
    model: for "nes" and "nes+exact", a `nes.Model`; the shipped one for this
      concept and number of players if None. "nes+exact" solves with any `rho`,
      though networks know its default alone.

  Returns:
    A `Solution`. A failure shows in `status`; `solution.check()` raises it.

  Raises:
    ValueError: malformed payoffs, mask or selection, an unknown concept or
      method, a tolerance or a number of steps out of its range, or "ne" for a
      game that is not two-player constant-sum.

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
  options = _checked_options(
    concept, method, tolerance, max_iterations, len(payoffs)
  )
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
  options = _checked_options(
    concept, method, tolerance, max_iterations, payoffs.shape[1]
  )
  return _solve(payoffs, strategy_mask, selection, options, model)


def _checked_options(
  concept: Concept,
  method: Method,
  tolerance: float,
  max_iterations: int,
  players: int,
) -> Options:
  """Returns the options, after checking them and that they go together."""
  if concept not in CONCEPTS:
    raise ValueError(f"concept: expected one of {CONCEPTS}, got {concept!r}.")
  if method not in METHODS:
    raise ValueError(f"method: expected one of {METHODS}, got {method!r}.")
  if concept == "ne" and players != 2:
    raise ValueError(
      'concept: "ne" takes two-player constant-sum games; got '
      f'{players} players. Use "cce" or "ce".'
    )
  if not 0 <= tolerance < np.inf:
    raise ValueError(
      f"tolerance: expected a finite number of at least 0, got {tolerance}."
    )
  if max_iterations < 1:
    raise ValueError(
      f"max_iterations: expected at least 1, got {max_iterations}."
    )
  return Options(concept, method, float(tolerance), int(max_iterations))


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

  if method == "nes+exact":
    # Newton's method goes on at any rho from where the network leads.
    selection = dataclasses.replace(selection, rho=None)
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
  model = _model_for(
    options, model, payoffs.shape[2:], selection, strategy_mask
  )
  selection = batch_selection(selection, payoffs.shape[0], payoffs.ndim - 2)
  if strategy_mask is None:
    full = masks.full_strategy_mask(payoffs.shape[2:])
    strategy_mask = np.broadcast_to(full, (payoffs.shape[0], *full.shape))
  games = (payoffs, strategy_mask, selection)
  if options.method == "cvxpy":
    return execution.solve_by_cvxpy(games, options.concept)
  if validation.is_traced(games):
    return execution.solve_traced(games, options, model)
  return execution.solve_eagerly(games, options, model)
