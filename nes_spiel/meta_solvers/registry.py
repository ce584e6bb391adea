# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Puts our meta-solvers into the tables of the installed OpenSpiel."""

import functools
from collections.abc import Callable
from typing import Any

from open_spiel.python.algorithms import jpsro
from open_spiel.python.algorithms.psro_v2 import meta_strategies

from nes_spiel import equilibria, nes
from nes_spiel.meta_solvers.meta_solver import MetaSolver
from nes_spiel.meta_solvers.online import OnlineMetaSolver
from nes_spiel.meta_solvers.openspiel_forms import OpenSpielForms

# Of exact solutions: the gap that a smaller one leaves in the meta-game, about
# 1e-3 at a selection's own 1e4, would be what JPSRO ends with in the full game.
RHO = 1e8
# Of maximum strength: duals of a target out of reach grow with rho, and for CE
# they are no longer found at ten times this.
STRENGTH_RHO = 1e3


@functools.cache
def exact_meta_solvers() -> dict[str, MetaSolver]:
  """Returns the exact solver's names: what is selected, then "ce" or "cce".

  "me" is maximum entropy; "mwme" maximum welfare and entropy, the welfare the
  sum of payoffs (Table 3's MU, where its MWME draws a welfare); "ms" maximum
  strength with one epsilon for all players. The first two have a `rho` of 1e8.
  """
  rows = {
    "me": equilibria.MaximumEntropy(rho=RHO),
    "mwme": equilibria.MaximumWelfareMaximumEntropy(rho=RHO),
    "ms": equilibria.MaximumStrength(rho=STRENGTH_RHO, shared_epsilon=True),
  }
  return {
    row + concept: MetaSolver(row + concept, concept, selection)
    for row, selection in rows.items()
    for concept in equilibria.CONCEPTS
  }


@functools.cache
def network_meta_solvers() -> dict[str, MetaSolver]:
  """Returns the networks' names, for which at least one model is shipped.

  "nes_mecce" approximates "mecce" with the `rho` of 1e4 that networks are
  trained at, by the one for the meta-game's number of players.
  """
  served = {facts["concept"] for facts in nes.PRETRAINED.values()}
  return {
    f"nes_me{concept}": MetaSolver(
      f"nes_me{concept}", concept, equilibria.MaximumEntropy(), "nes"
    )
    for concept in equilibria.CONCEPTS
    if concept in served
  }


@functools.cache
def online_meta_solvers() -> dict[str, OnlineMetaSolver]:
  """Returns the names of networks that are fine-tuned on a run's meta-games.

  "online_mecce" starts as "nes_mecce". Each is one object, and serves one run
  at a time.
  """
  return {
    f"online_me{concept}": OnlineMetaSolver(f"online_me{concept}", concept)
    for concept in equilibria.CONCEPTS
    if f"nes_me{concept}" in network_meta_solvers()
  }


def register(*own: OpenSpielForms) -> tuple[str, ...]:
  """Makes our meta-solvers known to OpenSpiel's JPSRO and PSRO, by name.

  Call it before a module that lists the names in its flags is imported, such as
  OpenSpiel's JPSRO example; `python -m nes_spiel.meta_solvers MODULE` does.
  Calling it again changes nothing.

  Args:
    *own: meta-solvers of your own, with other parameters, beside ours.

  Returns:
    The names, sorted.

  Raises:
    ValueError: OpenSpiel, or someone else, has a solver of one of the names, or
      two of your own have the same.

  Example:
    >>> import nes_spiel
    >>> strict = nes_spiel.meta_solvers.MetaSolver(
    ...   "mecce_1e10", "cce", nes_spiel.MaximumEntropy(rho=1e10)
    ... )
    >>> {"mecce", "mecce_1e10"} <= {*nes_spiel.meta_solvers.register(strict)}
    True
  """
  ours: dict[str, OpenSpielForms] = {
    **exact_meta_solvers(),
    **network_meta_solvers(),
    **online_meta_solvers(),
  }
  psro = meta_strategies.META_STRATEGY_METHODS
  reserved = {name: solver.as_jpsro for name, solver in ours.items()}
  names = [solver.name for solver in own]
  if len({*names}) < len(names):
    raise ValueError(f"register: one name for two meta-solvers in {names}.")
  for solver in (*ours.values(), *own):
    for table in (reserved, jpsro.FLAG_TO_FUNC, psro):
      _check_free(solver, table)
  ours = ours | {solver.name: solver for solver in own}
  for name, solver in ours.items():
    jpsro.FLAG_TO_FUNC[name] = solver.as_jpsro
    psro[name] = solver.as_psro
  # The example's flags list this tuple, the loop looks up that dict.
  known = dict.fromkeys((*jpsro.META_SOLVERS, *sorted(ours)))
  jpsro.META_SOLVERS = tuple(known)
  return tuple(sorted(ours))


def _check_free(
  solver: OpenSpielForms, table: dict[str, Callable[..., Any]]
) -> None:
  """Raises if the table has this name for a function that is not ours."""
  taken = table.get(solver.name)
  if taken is not None and getattr(taken, "__self__", None) != solver:
    raise ValueError(
      f"register: the meta-solver name {solver.name!r} is taken by {taken!r}; "
      "remove it from OpenSpiel's table first."
    )
