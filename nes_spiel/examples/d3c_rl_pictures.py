# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Two pictures that are no curves over training, with their numbers as CSV."""

import pathlib
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from nes_spiel import d3c
from nes_spiel.examples import plots, tables

SINGLE_RUNS = 20  # whose trajectories are drawn beside the median
BINS = np.linspace(-1, 1, 41)


def draw_mixtures(
  path: pathlib.Path, title: str, result: d3c.AgentTraining
) -> None:
  """Draws what both agents keep of their rewards, from start to end.

  Args:
    path: of the PNG; `<name>_curves.csv` beside it has the trajectories.
    title: above the picture.
    result: of two agents.
  """
  kept = np.diagonal(result.mixing_path, axis1=-2, axis2=-1)
  trajectories = {"median": np.median(kept, axis=0)}
  trajectories |= {f"run {i}": run for i, run in enumerate(kept[:SINGLE_RUNS])}
  drawing, (axes,) = plots.figure(4.4, 4.2)
  for name, (first, second) in ((n, x.T) for n, x in trajectories.items()):
    if name == "median":
      axes.plot(first, second, color=plots.BLUE, label=name, zorder=3)
      axes.plot(first[0], second[0], "o", color="green", label="start")
      axes.plot(first[-1], second[-1], "*", color="red", ms=12, label="end")
    else:
      axes.plot(first, second, color=plots.GREY, lw=0.5, alpha=0.4)
  axes.set(xlabel="$A_{11}$", ylabel="$A_{22}$", aspect="equal")
  axes.set(xlim=(-0.02, 1.02), ylim=(-0.02, 1.02), title=title)
  axes.legend(frameon=False, fontsize=8, loc=(0.6, 0.15))
  plots.save(drawing, path)
  _write(
    path.parent,
    f"{path.stem}_curves",
    ["curve", "step", "A_11", "A_22"],
    (
      [name, batch, *point]
      for name, points in trajectories.items()
      for batch, point in zip(result.batches, points, strict=True)
    ),
  )


def draw_synchrony(
  path: pathlib.Path, title: str, found: d3c.Synchrony
) -> None:
  """Draws co-integration coefficients of partners and of any two agents.

  Args:
    path: of the PNG; a CSV file beside it has the coefficients.
    title: above the picture.
    found: by `d3c.synchrony`.
  """
  groups = {"any two": found.of_all, "partners": found.of_partners}
  drawing, (axes,) = plots.figure(4.4, 3.2)
  for color, (name, values) in zip(
    (plots.BLUE, plots.ORANGE), groups.items(), strict=True
  ):
    shares = np.full(len(values), 1 / len(values))
    axes.hist(values, BINS, weights=shares, alpha=0.6, color=color, label=name)
  axes.set(xlabel="Co-integration coefficient", ylabel="Share")
  axes.set_title(f"{title}: p = {found.p_value:.3f}", fontsize=10)
  axes.legend(frameon=False, fontsize=8)
  plots.save(drawing, path)
  _write(
    path.parent,
    path.stem,
    ["pair", "coefficient"],
    ([name, x] for name, values in groups.items() for x in values),
  )


def _write(
  folder: pathlib.Path,
  name: str,
  columns: Sequence[str],
  rows: Iterable[Sequence[Any]],
) -> None:
  """Writes rows as CSV."""
  tables.write_csv(folder, tables.Table(name, "", columns, [*rows]))
