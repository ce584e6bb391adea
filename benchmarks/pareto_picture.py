# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""The picture of `benchmarks.pareto`: a scatter per concept and shape."""

import os
import pathlib
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from nes_spiel.examples import plots

FLOOR = 1e-12  # what is nearer to the exact solution is drawn here
COLORS = {
  "nes": plots.BLUE,
  "exact": "black",
  "L-BFGS-B": "#4d9221",
  "SCS": "#8073ac",
  "ECOS": "#b35806",
  "Clarabel": plots.ORANGE,
}


class Point(NamedTuple):
  """A method on the games of one panel.

  Attributes:
    panel: its title.
    method: the name.
    batched: whether games were solved in one call.
    microseconds: per game.
    distance: mean total variation to the exact solution.
  """

  panel: str
  method: str
  batched: bool
  microseconds: float
  distance: float


def front(points: Sequence[Point]) -> list[Point]:
  """Returns the points than which none is both faster and more accurate."""
  best, chosen = np.inf, []
  for point in sorted(points, key=lambda p: (p.microseconds, p.distance)):
    if point.distance < best:
      chosen.append(point)
      best = point.distance
  return chosen


def save(path: str | os.PathLike[str], points: Sequence[Point]) -> None:
  """Draws time and distance of all methods, a panel for each kind of game.

  Args:
    path: of the PNG.
    points: at least one.
  """
  titles = list(dict.fromkeys(point.panel for point in points))
  columns = min(len(titles), 4)
  rows = -(-len(titles) // columns)
  drawing, grid = plots.figure(3.4 * columns + 1.6, 3.1 * rows, columns, rows)
  for axes, title in zip(grid, titles, strict=False):
    _draw(axes, [point for point in points if point.panel == title])
    axes.set(title=title, xlabel="Microseconds per game")
  for axes in grid[len(titles) :]:
    axes.set_axis_off()
  for axes in grid[: len(titles) : columns]:
    axes.set_ylabel("Mean total variation to exact")
  handles = {
    label: handle
    for axes in grid[: len(titles)]
    for handle, label in zip(*axes.get_legend_handles_labels(), strict=True)
  }
  drawing.legend(
    list(handles.values()),
    list(handles),
    loc="outside right upper",
    frameon=False,
    fontsize=8,
  )
  plots.save(drawing, pathlib.Path(path))


def _draw(axes: Any, points: Sequence[Point]) -> None:
  """Draws one panel: full where games share a call, hollow where not."""
  clipped = [p._replace(distance=max(p.distance, FLOOR)) for p in points]
  line = front(clipped)
  axes.step(
    [point.microseconds for point in line],
    [point.distance for point in line],
    where="post",
    color=plots.GREY,
    linewidth=1,
    label="Pareto front",
  )
  for point in clipped:
    axes.plot(
      point.microseconds,
      point.distance,
      _marker(point.method),
      color=_color(point.method),
      fillstyle="full" if point.batched else "none",
      markersize=6,
      label=f"{point.method}, {'batch' if point.batched else 'one per call'}",
    )
  axes.set(xscale="log", yscale="log")
  axes.grid(alpha=0.3)


def _color(method: str) -> str:
  """Returns the color of a method's family."""
  return next(
    (color for name, color in COLORS.items() if method.startswith(name)),
    plots.GREY,
  )


def _marker(method: str) -> str:
  """Returns a marker: steps and tolerances tell relatives apart."""
  if method.startswith("nes+"):
    return {"1": "^", "2": "s", "3": "D"}[method[-1]]
  return "v" if method.endswith("tight") else "o"
