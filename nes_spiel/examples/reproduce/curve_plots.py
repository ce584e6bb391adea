# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Figure 3 as a picture: a panel of learning curves beside the other."""

import os
from collections.abc import Mapping
from typing import Any

import matplotlib as mpl
import numpy as np

from nes_spiel.examples import plots, tables
from nes_spiel.examples.reproduce import curves, sweeps


def save_panels(
  path: str | os.PathLike[str],
  panels: sweeps.Panels,
  found: Mapping[str, curves.Learned],
  caption: str,
) -> None:
  """Draws solver gaps by step, standard errors over seeds as bands.

  Args:
    path: of the PNG.
    panels: which curves stand where.
    found: of `learning.learn`.
    caption: the setting, below the picture.
  """
  drawing, axes = plots.figure(max(7.0, 4.5 * len(panels)), 4.2, len(panels))
  for place, (panel, labelled) in zip(axes, panels.items(), strict=True):
    colors = mpl.colormaps["tab10"](np.arange(len(labelled)))
    for color, (label, curve) in zip(colors, labelled.items(), strict=True):
      _draw(place, found[curve.name], label, color)
    place.set(title=panel, xlabel="Training step", yscale="log")
    place.set_ylim(top=1)  # room for names above zero duals
    place.grid(alpha=0.3)
    place.legend(frameon=False, fontsize=7, ncols=2)
  axes[0].set(ylabel="Solver gap (dotted: zero duals)")
  drawing.supxlabel(caption, fontsize=7)
  plots.save(drawing, path)


def _draw(axes: Any, learned: curves.Learned, label: str, color: Any) -> None:
  """Draws one curve, its band, and zero duals as a dotted line."""
  points = [
    tables.estimate(values) or tables.Estimate(np.nan)
    for values in learned.solver_gap.T
  ]
  mean = np.array([point.mean for point in points])
  error = np.array([point.error or 0.0 for point in points])
  axes.plot(learned.steps, mean, color=color, label=label, linewidth=1.2)
  low = np.maximum(mean - error, mean / 10)  # the axis is logarithmic
  axes.fill_between(learned.steps, low, mean + error, color=color, alpha=0.2)
  axes.plot(
    learned.steps[[0, -1]],
    [learned.trivial_gap] * 2,
    ":",
    color=color,
    linewidth=0.8,
  )
