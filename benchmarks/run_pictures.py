# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""What several runs came to by iteration, as a picture."""

import itertools
import pathlib
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from nes_spiel.examples import plots

STYLES = ("o-", "s--", "^-", "v-", "D-", "x:", "+:", "*:")
WIDTH, HEIGHT = 3.8, 3.3  # of a panel, in inches


class Panel(NamedTuple):
  """Curves that share their axes.

  Attributes:
    title: above them.
    label: of the vertical axis, which is logarithmic.
    curves: values by iteration, by the name of the run.
  """

  title: str
  label: str
  curves: Mapping[str, Sequence[float]]


def save(path: pathlib.Path, panels: Sequence[Panel]) -> None:
  """Draws panels beside each other, and prints where the picture is."""
  drawing, places = plots.figure(WIDTH * len(panels), HEIGHT, len(panels))
  for axes, panel in zip(places, panels, strict=True):
    # More curves than styles have the first ones again, in other colors.
    styled = zip(itertools.cycle(STYLES), panel.curves.items(), strict=False)
    for style, (name, values) in styled:
      axes.semilogy(values, style, markersize=3, label=name)
    axes.set(xlabel="Iteration", ylabel=panel.label, title=panel.title)
    axes.grid(alpha=0.3)
  places[0].legend(frameon=False, fontsize=7)
  plots.save(drawing, path)
  print(f"Picture: {path}")
