# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Pictures of curves over training, and their numbers beside them."""

import pathlib
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float, Int

from nes_spiel.examples import plots, tables

COLUMNS = ("panel", "curve", "step", "value", "std")
MOST_NAMED = 8  # curves in a legend
LEVEL_STYLES = ("--", ":")
WIDTH, HEIGHT = 4.4, 3.2  # of a panel, in inches


class Curve(NamedTuple):
  """A number over training.

  Attributes:
    name: for the legend.
    steps: `[time]`.
    values: `[time]`.
    spread: `[time]`, a standard deviation to shade; None for none.
    color: of matplotlib, its next one if None.
    style: of the line.
  """

  name: str
  steps: Int[np.ndarray, " time"]
  values: Float[np.ndarray, " time"]
  spread: Float[np.ndarray, " time"] | None = None
  color: str | None = None
  style: str = "-"


class Panel(NamedTuple):
  """Curves that share their axes.

  Attributes:
    title: above them, names the panel among others.
    label: of the vertical axis.
    curves: to draw.
    levels: up to two horizontal lines by their names, such as an optimum.
    scale: of the vertical axis.
    horizontal: label of the axis of steps.
  """

  title: str
  label: str
  curves: Sequence[Curve]
  levels: Mapping[str, float] = {}
  scale: str = "linear"
  horizontal: str = "Step"


def draw(path: pathlib.Path, panels: Sequence[Panel], columns: int) -> None:
  """Draws panels, and writes their curves as `<name>_curves.csv` beside them.

  Args:
    path: of the PNG.
    panels: in reading order.
    columns: how many are beside each other.
  """
  rows = -(-len(panels) // columns)
  drawing, places = plots.figure(WIDTH * columns, HEIGHT * rows, columns, rows)
  for axes, panel in zip(places, panels, strict=True):
    _draw_panel(axes, panel)
  plots.save(drawing, path)
  name = f"{path.stem}_curves"
  tables.write_csv(
    path.parent, tables.Table(name, path.stem, COLUMNS, points(panels))
  )


def _draw_panel(axes: Any, panel: Panel) -> None:
  """Draws curves, what is known beside them, and a legend if it is short."""
  for curve in panel.curves:
    (line,) = axes.plot(
      curve.steps,
      curve.values,
      curve.style,
      label=curve.name,
      color=curve.color,
    )
    if curve.spread is not None:
      low, high = curve.values - curve.spread, curve.values + curve.spread
      axes.fill_between(
        curve.steps, low, high, alpha=0.2, color=line.get_color()
      )
  for style, name in zip(LEVEL_STYLES, panel.levels, strict=False):
    axes.axhline(
      panel.levels[name], color="black", lw=0.8, ls=style, label=name
    )
  axes.set(xlabel=panel.horizontal, ylabel=panel.label, yscale=panel.scale)
  axes.set_title(panel.title, fontsize=10)
  axes.grid(alpha=0.3)
  if len(panel.curves) <= MOST_NAMED:
    axes.legend(frameon=False, fontsize=8)


def points(panels: Sequence[Panel]) -> list[tuple[Any, ...]]:
  """Returns all that panels draw, a row for each point of each curve."""
  found = []
  for panel in panels:
    for curve in panel.curves:
      spread = curve.spread
      around = [None] * len(curve.steps) if spread is None else spread
      found += [
        (panel.title, curve.name, *point)
        for point in zip(curve.steps, curve.values, around, strict=True)
      ]
  return found
