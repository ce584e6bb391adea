# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Pictures of agents that learn to mix their losses."""

import pathlib
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from jaxtyping import Float, Int

from nes_spiel import d3c
from nes_spiel.examples import plots

COLORS = {
  "d3c": plots.BLUE,
  "gradient_descent": plots.ORANGE,
  "cooperative": plots.GREY,
}


def draw_games(
  path: pathlib.Path,
  games: Sequence[tuple[str, Mapping[str, d3c.Training]]],
) -> None:
  """Draws efficiency and attention over training, a row for each game.

  Args:
    path: of the PNG.
    games: titles, and runs by mode.
  """
  rows = len(games)
  drawing, panels = plots.figure(8.8, 3.2 * rows, 2, rows)
  for row, (title, results) in enumerate(games):
    left, right = panels[2 * row : 2 * row + 2]
    left.set_title(title, fontsize=10)
    _draw_efficiency(left, results)
    _draw_attention(right, results)
    left.legend(frameon=False, fontsize=8)
  for panel in panels:
    panel.set_xlabel("Step")
    panel.grid(alpha=0.3)
  plots.save(drawing, path)


def _draw_efficiency(axes: Any, results: Mapping[str, d3c.Training]) -> None:
  """Draws the ratio to optimal, or the total loss where there is none."""
  ratios = [result.ratio_to_optimal for result in results.values()]
  known = all(np.isfinite(ratio[:, 0]).all() for ratio in ratios)
  axes.set_ylabel("Ratio to optimal" if known else "Total loss")
  for mode, result in results.items():
    values = result.ratio_to_optimal if known else result.losses.sum(-1)
    draw_spread(axes, result.steps, values, mode)


def _draw_attention(axes: Any, results: Mapping[str, d3c.Training]) -> None:
  """Draws the attention of modes in which everyone gives something."""
  axes.set_ylabel(r"$\ln(A_{ii} / A_{ij})$")
  for mode, result in results.items():
    if np.isfinite(result.attention).all():
      draw_spread(axes, result.steps, result.attention.mean(-1), mode)


def draw_spread(
  axes: Any,
  steps: Int[np.ndarray, " time"],
  values: Float[np.ndarray, "runs time"],
  label: str,
) -> None:
  """Draws the mean over runs, and one standard deviation around it.

  Args:
    axes: of matplotlib.
    steps: `[time]`.
    values: `[runs, time]`.
    label: the mode, which has a color.
  """
  color = COLORS.get(label)
  mean, spread = values.mean(0), values.std(0)
  (line,) = axes.plot(steps, mean, label=label, color=color)
  axes.fill_between(
    steps, mean - spread, mean + spread, alpha=0.2, color=line.get_color()
  )
