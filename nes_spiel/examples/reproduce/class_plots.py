# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Figure 4 as a picture."""

import os
from collections.abc import Sequence
from typing import Any

import numpy as np

from nes_spiel.examples import plots
from nes_spiel.examples.reproduce import classes

FLOOR = 1e-5  # of the logarithmic axes: smaller gaps are drawn here
COLORS = {"cce": plots.BLUE, "ce": plots.ORANGE}
OFFSETS = {"cce": -0.2, "ce": 0.2}


def save_classes(
  path: str | os.PathLike[str],
  results: Sequence[classes.ClassResult],
  caption: str,
) -> None:
  """Draws worst, mean and best of both measures, over the uniform joint's.

  Args:
    path: of the PNG.
    results: of `classes.measure_classes`.
    caption: the setting, below the picture.
  """
  names = list(dict.fromkeys(result.name for result in results))
  drawing, (left, right) = plots.figure(11, 2 + 0.3 * len(names), columns=2)
  for result in results:
    place = names.index(result.name) + OFFSETS[result.concept]
    color, found = COLORS[result.concept], result.found
    for axes, ours, uniform in (
      (left, found.network_gap, found.uniform_gap),
      (right, found.network_distance, found.uniform_distance),
    ):
      _draw(axes, place, color, ours[found.solved], uniform[found.solved])
  left.set(xlabel="(C)CE gap, standardised payoffs, against epsilon 0")
  right.set(xlabel="Solver gap: total variation to the exact answer")
  for axes in (left, right):
    axes.set(xscale="log", ylim=(len(names) - 0.4, -0.6), xlim=(FLOOR, None))
    axes.set_yticks(range(len(names)), names if axes is left else [])
    axes.grid(alpha=0.3, axis="x")
  for concept, color in COLORS.items():
    left.plot([], [], "o-", color=color, markersize=4, label=f"{concept}_2p")
  left.plot([], [], color="0.8", linewidth=6, label="uniform joint")
  drawing.legend(loc="outside upper center", ncols=3, frameon=False)
  caption = f"Best, mean, worst; below {FLOOR:g} is drawn there. {caption}"
  drawing.supxlabel(caption, fontsize=7)
  plots.save(drawing, path)


def _draw(axes: Any, place: float, color: str, ours: Any, uniform: Any) -> None:
  """Draws a line from best to worst with the mean on it, over a grey bar."""
  if not len(ours):
    return
  ours, uniform = (np.maximum(values, FLOOR) for values in (ours, uniform))
  ends = [uniform.min(), uniform.max()]
  axes.plot(ends, [place] * 2, color="0.8", linewidth=6, solid_capstyle="butt")
  axes.plot([ours.min(), ours.max()], [place] * 2, color=color)
  axes.plot(ours.mean(), place, "o", color=color, markersize=4)
