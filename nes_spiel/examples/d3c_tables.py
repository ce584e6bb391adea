# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Tables of runs in which agents learn to mix their losses."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from nes_spiel import d3c
from nes_spiel.examples import tables

COLUMNS = (
  "mode",
  "ratio to optimal",
  "std",
  "largest",
  "total loss",
  "attention",
  "diverged",
)
NOTES = (
  "Total loss over the smallest there is, at the end, mean over runs (standard "
  "error); attention: ln(A_ii / A_ij), mean over agents, positive if selfish.",
)


def ends(
  name: str, game: Any, results: Mapping[str, d3c.Training]
) -> tables.Table:
  """Returns where runs in every mode ended.

  Args:
    name: of the game.
    game: one, or one for each run.
    results: by mode.
  """
  first = game if isinstance(game, d3c.Game) else game[0]
  runs = len(next(iter(results.values())).status)
  notes = list(NOTES)
  alone = isinstance(game, d3c.Game) and np.isfinite(first.nash_loss)
  if alone and 0 < first.optimal_loss < np.inf:
    price = first.nash_loss / first.optimal_loss
    notes.append(f"Price of anarchy {price:.4f}.")
  return tables.Table(
    f"d3c_{name}",
    f"{name}, {runs} runs",
    COLUMNS,
    [[mode, *_row(result)] for mode, result in results.items()],
    notes,
  )


def _row(result: d3c.Training) -> list[Any]:
  """Returns one mode's numbers, of the runs that did not diverge."""
  whole = result.status == d3c.TrainingStatus.FINISHED
  ratios = result.ratio_to_optimal[whole, -1]
  usable = bool(len(ratios)) and bool(np.isfinite(ratios).all())
  attention = result.attention[whole, -1]
  attention = attention[np.isfinite(attention)]
  return [
    tables.estimate(ratios) if usable else None,
    float(ratios.std()) if usable else None,
    float(ratios.max()) if usable else None,
    tables.estimate(result.losses[whole, -1].sum(-1)),
    float(attention.mean()) if attention.size else None,
    int((~whole).sum()),
  ]
