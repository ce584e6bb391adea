# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Tables 1 and 2: the gaps of one network by the size of the game."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from tqdm import tqdm

from nes_spiel import games, nes
from nes_spiel.examples import tables
from nes_spiel.examples.reproduce import answers

GAMES = 128  # per size, as the paper's
MODEL = "cce_2p"
TABLE_1_SIZES = (4, 8, 16, 32, 64)
TABLE_2_SIZES = (2, 3, 4, 6, 8, 12, 16, 32, 64)


class Paper(NamedTuple):
  """A line of the paper's; None where it has no number.

  Attributes:
    uniform_gap: the CCE gap under uniform.
    network_gap: that under NES.
    uniform_distance: the solver gap under uniform.
    network_distance: that under NES.
    solved: the share of games that ECOS solved.
  """

  uniform_gap: float
  network_gap: float
  uniform_distance: float | None
  network_distance: float | None
  solved: float


# Table 1 of Marris et al. (2022): five networks, one per size.
TABLE_1: Mapping[int, Paper] = {
  4: Paper(1.1006, 0.0274, 0.3552, 0.0120, 1.00),
  8: Paper(1.0043, 0.0163, 0.2513, 0.0054, 0.99),
  16: Paper(0.8861, 0.0173, 0.2014, 0.0034, 0.98),
  32: Paper(0.7376, 0.0215, None, None, 0.00),
  64: Paper(0.5864, 0.0288, None, None, 0.00),
}
# Table 2: the network of 8x8 on games of other sizes.
TABLE_2: Mapping[int, Paper] = {
  4: Paper(1.1006, 4.4445, 0.3552, 0.1500, 1.00),
  8: Paper(1.0043, 0.0163, 0.2513, 0.0054, 0.99),
  16: Paper(0.8861, 0.0000, 0.2014, 0.1089, 0.98),
  32: Paper(0.7376, 0.0000, None, None, 0.00),
  64: Paper(0.5864, 0.0000, None, None, 0.00),
}
COLUMNS = (
  "shape",
  "whose",
  "trained",
  "games",
  "solved",
  "CCE gap uniform",
  "CCE gap NES",
  "NES to its epsilon",
  "CCE gap exact",
  "solver gap uniform",
  "solver gap NES",
)
NOTES = (
  "L2 games, maximum entropy CCE; means, standard errors in parentheses. Gaps "
  'are sums over players on standardised payoffs, against epsilon 0; "NES to '
  "its epsilon\" is against the epsilon that the network's duals give. The "
  "paper's formula subtracts an epsilon_p and does not say which.",
  '"exact" is the optimum of Eq. 6 itself, whose rho is finite; "solved" the '
  "share of games that the exact solver, in the paper ECOS, solved; solver "
  "gaps are over these.",
)


def table_1(
  count: int, seed: int, sizes: Sequence[int] = TABLE_1_SIZES
) -> tables.Table:
  """Measures larger games beside Table 1.

  Args:
    count: games per size.
    seed: of the games.
    sizes: strategies of each player.
  """
  rows = _rows(sizes, count, seed, TABLE_1, TABLE_1)
  title = f"Table 1, scaling: one network, {MODEL}; the paper has one per size"
  return tables.Table("table1", title, COLUMNS, rows, NOTES)


def table_2(
  count: int, seed: int, sizes: Sequence[int] = TABLE_2_SIZES
) -> tables.Table:
  """Measures more sizes beside Table 2.

  Args:
    count: games per size.
    seed: of the games.
    sizes: strategies of each player.
  """
  rows = _rows(sizes, count, seed, TABLE_2, (8,))
  title = f"Table 2, generalisation: {MODEL} beside the paper's 8x8 network"
  return tables.Table("table2", title, COLUMNS, rows, NOTES)


def measure_size(
  size: int, count: int, seed: int, model: nes.Model
) -> answers.Answers:
  """Measures games of one size from the L2 invariant subspace."""
  sample = games.sample_invariant(answers.key(seed), count, (size, size))
  return answers.measure(answers.standardized(sample), model)


def trained_sizes(model: nes.Model) -> range:
  """Returns the numbers of strategies that a network was trained on."""
  buckets = model.facts["options"]["buckets"]
  least = min(bucket[0] for bucket in buckets)
  return range(least, max(bucket[1] for bucket in buckets) + 1)


def _rows(
  sizes: Sequence[int],
  count: int,
  seed: int,
  paper: Mapping[int, Paper],
  papers_trained: Any,
) -> list[tuple[Any, ...]]:
  """Returns a row of ours and one of the paper's, if it has one, per size."""
  model, rows = nes.load_pretrained(MODEL), []
  for size in tqdm(sizes, "sizes"):
    found = measure_size(size, count, seed, model)
    rows.append(_our_row(size, size in trained_sizes(model), found))
    if size in paper:
      rows.append(_paper_row(size, size in papers_trained, paper[size]))
  return rows


def _our_row(
  size: int, trained: bool, found: answers.Answers
) -> tuple[Any, ...]:
  """Returns our row of a size."""
  solved = found.solved
  return (
    f"{size}x{size}",
    "ours",
    "yes" if trained else "no",
    len(solved),
    float(np.mean(solved)),
    tables.estimate(found.uniform_gap),
    tables.estimate(found.network_gap),
    tables.estimate(found.returned_gap),
    tables.estimate(found.exact_gap[solved]),
    tables.estimate(found.uniform_distance[solved]),
    tables.estimate(found.network_distance[solved]),
  )


def _paper_row(size: int, trained: bool, paper: Paper) -> tuple[Any, ...]:
  """Returns the paper's row of a size."""
  distances = [
    None if value is None else tables.Estimate(value)
    for value in (paper.uniform_distance, paper.network_distance)
  ]
  return (
    f"{size}x{size}",
    "paper",
    "yes" if trained else "no",
    GAMES,
    paper.solved,
    tables.Estimate(paper.uniform_gap),
    tables.Estimate(paper.network_gap),
    None,
    None,
    *distances,
  )
