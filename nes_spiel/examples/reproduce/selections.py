# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Table 3: every parameterization, by the shipped network that serves it.

The paper lists the rows and has no numbers of them. Where no shipped network
serves a row, the table says so.
"""

import dataclasses
from collections.abc import Iterator, Sequence
from typing import Any

from tqdm import tqdm

from nes_spiel import equilibria, nes
from nes_spiel.examples import held_out, tables
from nes_spiel.examples.reproduce import answers
from nes_spiel.examples.shapes import shape_name
from nes_spiel.solvers import network_choice

GAMES = 512
SHAPES = ((4, 4), (8, 8))
NO_NETWORK = "none serves it"
COLUMNS = (
  "concept",
  "shape",
  "row",
  "stratum",
  "network",
  "games",
  "unsolved",
  "solver gap",
  "solver gap, zero duals",
  "gap",
  "gap exact",
)
NOTES = (
  "L2 games that no training has seen; means, standard errors in parentheses. "
  "Solver gaps are total variation to the exact solution of Eq. 6, over the "
  "games that were solved. Zero duals are the answer of a network that has "
  "learned nothing: the joint that target and welfare alone would choose.",
  "Gaps are (C)CE gaps against epsilon 0 on standardised payoffs, of CE of the "
  "best pair of strategies; those of MS and of eps rows need not be small.",
  "Games with target epsilons fall in three strata: no deviation gains as much "
  "at zero duals (inactive), some epsilon is out of reach (unreachable), or "
  "neither (interior). Half of these epsilons are U(-Z, Z), as the paper's, "
  "half are shares of the largest gain. Targets of MT are products of counts.",
)


def table_3(
  count: int,
  seed: int,
  shapes: Sequence[tuple[int, ...]] = SHAPES,
  concepts: Sequence[equilibria.Concept] = ("cce", "ce"),
  rows: Sequence[str] = tuple(nes.ROWS),
) -> tables.Table:
  """Measures the rows of Table 3.

  Args:
    count: games per shape and row.
    seed: of the games.
    shapes: strategies of each player.
    concepts: "ce", "cce".
    rows: keys of `nes.ROWS`.
  """
  cases = [
    (concept, shape, row)
    for concept in concepts
    for shape in shapes
    for row in rows
  ]
  found = [
    line
    for case in tqdm(cases, "rows of Table 3")
    for line in _lines(*case, count, seed)
  ]
  title = "Table 3, parameterizations: the shipped networks"
  return tables.Table("table3", title, COLUMNS, found, NOTES)


def serving(
  concept: equilibria.Concept,
  players: int,
  row: str,
  selection: equilibria.Selection,
) -> nes.Model | None:
  """Returns the shipped network that `solve` takes for a row, if any."""
  if nes.ROWS[row].welfare == "payoffs":
    # What is sampled holds the sum of payoffs; unnamed, it is known as that.
    selection = dataclasses.replace(selection, welfare=None)
  try:
    return network_choice.shipped_model(concept, players, selection, None)
  except ValueError:
    return None


def _lines(
  concept: equilibria.Concept,
  shape: tuple[int, ...],
  row: str,
  count: int,
  seed: int,
) -> Iterator[tuple[Any, ...]]:
  """Yields the lines of a row: the whole, then its strata."""
  drawn = held_out.held_out_games(shape, count, row, concept, answers.key(seed))
  model = serving(concept, len(shape), row, drawn[1])
  where = (concept, shape_name(shape), row)
  if model is None:
    yield *where, "all", NO_NETWORK, *[None] * (len(COLUMNS) - 5)
    return
  found = held_out.evaluate(model.network, model.variables, *drawn)
  for stratum, part in [("all", found), *held_out.strata(row, found)]:
    yield *where, stratum, model.facts["recipe"], *_numbers(part)


def _numbers(found: nes.Evaluation) -> tuple[Any, ...]:
  """Returns what is measured, as the last columns have it."""
  solved = found.solved
  return (
    len(solved),
    int((~solved).sum()),
    tables.estimate(found.solver_gap[solved]),
    tables.estimate(found.trivial_gap[solved]),
    tables.estimate(found.equilibrium_gap[solved]),
    tables.estimate(found.exact_gap[solved]),
  )
