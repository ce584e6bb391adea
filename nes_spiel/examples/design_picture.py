# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""A picture of a design: who bears whose costs, and what that brings about."""

import os
from collections.abc import Mapping
from typing import Any

import numpy as np
from jaxtyping import Float

from nes_spiel.examples import plots


def save(
  path: str | os.PathLike[str],
  mixing: Float[np.ndarray, "n n"],
  costs: Mapping[str, Float[np.ndarray, " _"]],
  form: str,
) -> None:
  """Draws the mixing of costs, and the social costs of all equilibria.

  Args:
    path: of the PNG.
    mixing: `[n, n]`, W: what a row's player makes of a column's costs.
    costs: by the name of weights, of each equilibrium.
    form: "min_max", the highest of them was minimised; or "min_min", the
      lowest.
  """
  drawing, (left, right) = plots.figure(8.0, 3.6, columns=2)
  _draw_mixing(left, mixing)
  _draw_costs(right, costs, max if form == "min_max" else min)
  plots.save(drawing, path)


def _draw_mixing(axes: Any, mixing: Float[np.ndarray, "n n"]) -> None:
  """Draws the entries as shades around zero, with numbers."""
  reach = max(np.abs(mixing).max(), 1e-12)
  axes.imshow(mixing, cmap="RdBu", vmin=-reach, vmax=reach)
  axes.set(xlabel="Costs of player", ylabel="Weighed by player")
  axes.set(xticks=range(len(mixing)), yticks=range(len(mixing)))
  for (row, column), value in np.ndenumerate(mixing):
    color = "white" if abs(value) > 0.6 * reach else plots.GREY
    axes.text(
      column, row, f"{value:.2f}", ha="center", va="center", color=color
    )


def _draw_costs(
  axes: Any, costs: Mapping[str, Float[np.ndarray, " _"]], choose: Any
) -> None:
  """Draws a column of points for each weights; what counts is filled."""
  for place, values in enumerate(costs.values()):
    axes.plot([place] * len(values), values, "o", mfc="none", color=plots.GREY)
    if len(values):
      axes.plot(place, choose(values), "o", color=plots.BLUE)
  axes.set_xticks(range(len(costs)), costs)
  axes.set(
    ylabel="Social cost of an equilibrium", xlim=(-0.5, len(costs) - 0.5)
  )
  axes.grid(axis="y", alpha=0.3)
