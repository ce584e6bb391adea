# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Figure 1 as a picture: equilibria of 2x2 games in the simplex of joints."""

import os
from collections.abc import Sequence
from typing import Any

import numpy as np
from jaxtyping import Float
from scipy import spatial

from nes_spiel.examples import plots
from nes_spiel.examples.reproduce import points

# Where the four pure joints, by row, lie in the picture: a tetrahedron seen
# from a side from which no edge hides another.
CORNERS = np.array([[0.0, 0.12], [1.0, 0.0], [0.62, 0.42], [0.45, 1.0]])
LABELS = ((-0.03, "right"), (0.03, "left"), (0.03, "left"), (0.03, "left"))
MARKERS = {"MW": "x", "ME": "+"}


def save_points(
  path: str | os.PathLike[str], found: Sequence[points.Points], caption: str
) -> None:
  """Draws a tetrahedron per game with its polytope and points.

  Args:
    path: of the PNG.
    found: of `points.find_points`.
    caption: the setting, below the picture.
  """
  drawing, axes = plots.figure(3.8 * len(found), 4.5, len(found))
  for place, game in zip(axes, found, strict=True):
    _draw_simplex(place)
    _draw_polytope(place, game)
    _draw_points(place, game.exact, plots.GREY, 9)
    _draw_points(place, game.network, plots.ORANGE, 6)
    place.set(title=game.name.replace("_", " "), aspect="equal")
    place.set_axis_off()
  for color, whose in ((plots.GREY, "exact"), (plots.ORANGE, "network")):
    axes[0].plot([], [], "s", color=color, label=whose)
  for name, marker in (*MARKERS.items(), ("pure target", "o")):
    axes[0].plot([], [], marker, color="k", markerfacecolor="none", label=name)
  drawing.legend(loc="outside upper center", ncols=5, frameon=False)
  drawing.supxlabel(caption, fontsize=7)
  plots.save(drawing, path)


def place_of(joints: Float[np.ndarray, "*b 2 2"]) -> Float[np.ndarray, "*b 2"]:
  """Returns where joints lie in the picture."""
  return joints.reshape(*joints.shape[:-2], 4) @ CORNERS


def _draw_simplex(axes: Any) -> None:
  """Draws the edges of the simplex, and which cell each corner plays."""
  for first in range(4):
    for second in range(first):
      axes.plot(*CORNERS[[first, second]].T, color="0.8", linewidth=0.8)
    cell = (first // 2, first % 2)
    shift, side = LABELS[first]
    x, y = CORNERS[first]
    axes.text(x + shift, y, str(cell), ha=side, va="center", fontsize=7)


def _draw_polytope(axes: Any, game: points.Points) -> None:
  """Draws edges and vertices over what the polytope covers."""
  corners = place_of(game.polytope.joints)
  if np.linalg.matrix_rank(corners - corners[0], 1e-6) == 2:
    outline = corners[spatial.ConvexHull(corners).vertices]
    axes.fill(*outline.T, color=plots.BLUE, alpha=0.12, linewidth=0)
  for pair in game.polytope.edges:
    axes.plot(*corners[list(pair)].T, color=plots.BLUE, linewidth=0.8)
  axes.plot(*corners.T, ".", color=plots.BLUE, markersize=4)


def _draw_points(
  axes: Any,
  joints: dict[str, Float[np.ndarray, "2 2"]],
  color: str,
  size: float,
) -> None:
  """Draws the points of one solver."""
  for name, joint in joints.items():
    axes.plot(
      *place_of(joint),
      MARKERS.get(name, "o"),
      color=color,
      markersize=size,
      markerfacecolor="none",
    )
