# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Figures without a display, as all pictures of the examples begin."""

import os
import pathlib
from typing import Any

import matplotlib as mpl
from matplotlib import figure as mpl_figure

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
