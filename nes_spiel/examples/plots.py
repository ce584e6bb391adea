# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Pictures that the examples save."""

import os
import pathlib
from typing import Any

import matplotlib as mpl
import numpy as np
from jaxtyping import Float
from matplotlib import figure as mpl_figure
from matplotlib import ticker as mpl_ticker

from nes_spiel.examples import jpsro_state

BLUE, ORANGE, GREY = "#2166ac", "#d6604d", "#666666"


def figure(
  width: float, height: float, columns: int = 1, rows: int = 1
) -> tuple[Any, Any]:
  """Returns a matplotlib figure and its axes, drawn without a display."""
  mpl.rcParams.update({"axes.spines.top": False, "axes.spines.right": False})
  drawing = mpl_figure.Figure(figsize=(width, height), layout="constrained")
  return drawing, drawing.subplots(rows, columns, squeeze=False).ravel()


def save(drawing: Any, path: str | os.PathLike[str]) -> None:
  """Writes a figure as PNG, making its folder."""
  path = pathlib.Path(path)
  path.parent.mkdir(parents=True, exist_ok=True)
  drawing.savefig(path, dpi=160)


def save_gaps(
  path: str | os.PathLike[str],
  state: jpsro_state.JpsroState,
  trains: str,
  evaluates: str,
  game: str,
) -> None:
  """Draws JPSRO's gaps by iteration beside the newest joint's marginals.

  Args:
    path: of the PNG.
    state: after at least one iteration.
    trains: the name of the meta-solver whose joints are best-responded to.
    evaluates: that of the one beside it on the same meta-games; may be equal.
    game: its name.
  """
  drawing, (left, right) = figure(9, 3.4, columns=2)
  curves = {evaluates: (state.eval_meta_gaps, ORANGE, "s--")}
  # Later, so that it is on top, and alone if both are one.
  curves |= {trains: (state.train_meta_gaps, BLUE, "o-")}
  for name, (gaps, color, style) in curves.items():
    total = np.maximum(np.asarray(gaps).sum(axis=1), 1e-8)
    label = f"{name}: {total[-1]:.2g} last"
    left.semilogy(total, style, color=color, markersize=4, label=label)
  left.set(xlabel="Iteration", ylabel="Gap in the full game", title=game)
  left.xaxis.set_major_locator(mpl_ticker.MaxNLocator(integer=True))
  left.legend(frameon=False, fontsize=8)
  left.grid(alpha=0.3)
  joint = state.train_meta_dists[-1]
  draw_marginals(right, joint)
  right.set(
    xlabel="Policy, in the order it was found",
    ylabel="Probability",
    title=f"Marginals of the last {trains} joint",
  )
  save(drawing, path)


def save_nash_conv(
  path: str | os.PathLike[str], history: list[float], title: str
) -> None:
  """Draws PSRO's NashConv by iteration."""
  drawing, (axes,) = figure(5, 3.4)
  axes.semilogy(history, "o-", color=BLUE, markersize=4)
  axes.set(xlabel="Iteration", ylabel="NashConv", title=title)
  axes.xaxis.set_major_locator(mpl_ticker.MaxNLocator(integer=True))
  axes.grid(alpha=0.3)
  save(drawing, path)


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
      color=BLUE,
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
  drawing, (axes,) = figure(4.8, 4.2)
  if joint.ndim == 2:
    _draw_matrix(axes, joint, labels)
  else:
    draw_marginals(axes, joint)
    axes.set(xlabel="Strategy", ylabel="Probability")
  axes.set_title(title, fontsize=10)
  save(drawing, path)


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
  axes.grid(which="minor", color=GREY, linewidth=0.4)
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
        color="white" if dark else GREY,
      )
