# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Pictures of joints."""

import os
from typing import Any

import numpy as np
from jaxtyping import Float

from nes_spiel.examples import plots


def draw_marginals(axes: Any, joint: Float[np.ndarray, "*a"]) -> None:
  """Draws each player's marginal as a group of bars."""
  players = range(joint.ndim)
  width = 0.8 / joint.ndim
  shades = np.linspace(1.0, 0.35, joint.ndim)
  for player in players:
    marginal = joint.sum(axis=tuple(q for q in players if q != player))
    places = np.arange(len(marginal)) + (player - (joint.ndim - 1) / 2) * width
    axes.bar(
      places,
      marginal,
      width,
      color=plots.BLUE,
      alpha=shades[player],
      label=f"Player {player}",
    )
  axes.legend(frameon=False, fontsize=8)


def save_joint(
  path: str | os.PathLike[str],
  joint: Float[np.ndarray, "*a"],
  labels: list[list[str]],
  title: str,
) -> None:
  """Draws a two-player joint as a table of areas, any other's marginals.

  Args:
    path: of the PNG.
    joint: `[*a]`.
    labels: a name for each strategy of each player.
    title: above the picture.
  """
  drawing, (axes,) = plots.figure(4.8, 4.2)
  if joint.ndim == 2:
    _draw_matrix(axes, joint, labels)
  else:
    draw_marginals(axes, joint)
    axes.set(xlabel="Strategy", ylabel="Probability")
  axes.set_title(title, fontsize=10)
  plots.save(drawing, path)


def _draw_matrix(
  axes: Any, joint: Float[np.ndarray, "k l"], labels: list[list[str]]
) -> None:
  """Draws the probabilities of a matrix as shades, with numbers if few."""
  axes.imshow(joint, cmap="Blues", vmin=0, vmax=max(joint.max(), 1e-12))
  axes.set_xticks(range(joint.shape[1]), labels[1])
  axes.set_yticks(range(joint.shape[0]), labels[0])
  axes.set(xlabel="Player 1's strategy", ylabel="Player 0's strategy")
  axes.set_xticks(np.arange(1, joint.shape[1]) - 0.5, minor=True)
  axes.set_yticks(np.arange(1, joint.shape[0]) - 0.5, minor=True)
  axes.grid(which="minor", color=plots.GREY, linewidth=0.4)
  axes.tick_params(which="minor", length=0)
  if joint.size <= 100:
    for (row, column), value in np.ndenumerate(joint):
      dark = value > joint.max() / 2
      axes.text(
        column,
        row,
        f"{value:.3f}",
        ha="center",
        va="center",
        color="white" if dark else plots.GREY,
      )
