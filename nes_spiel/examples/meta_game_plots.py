# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Pictures of how JPSRO and PSRO come along."""

import os

import numpy as np
from matplotlib import ticker as mpl_ticker

from nes_spiel.examples import joint_plots, jpsro_state, plots


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
  drawing, (left, right) = plots.figure(9, 3.4, columns=2)
  curves = {evaluates: (state.eval_meta_gaps, plots.ORANGE, "s--")}
  # Later, so that it is on top, and alone if both are one.
  curves |= {trains: (state.train_meta_gaps, plots.BLUE, "o-")}
  for name, (gaps, color, style) in curves.items():
    total = np.maximum(np.asarray(gaps).sum(axis=1), 1e-8)
    label = f"{name}: {total[-1]:.2g} last"
    left.semilogy(total, style, color=color, markersize=4, label=label)
  left.set(xlabel="Iteration", ylabel="Gap in the full game", title=game)
  left.xaxis.set_major_locator(mpl_ticker.MaxNLocator(integer=True))
  left.legend(frameon=False, fontsize=8)
  left.grid(alpha=0.3)
  joint = state.train_meta_dists[-1]
  joint_plots.draw_marginals(right, joint)
  right.set(
    xlabel="Policy, in the order it was found",
    ylabel="Probability",
    title=f"Marginals of the last {trains} joint",
  )
  plots.save(drawing, path)


def save_nash_conv(
  path: str | os.PathLike[str], history: list[float], title: str
) -> None:
  """Draws PSRO's NashConv by iteration."""
  drawing, (axes,) = plots.figure(5, 3.4)
  axes.semilogy(history, "o-", color=plots.BLUE, markersize=4)
  axes.set(xlabel="Iteration", ylabel="NashConv", title=title)
  axes.xaxis.set_major_locator(mpl_ticker.MaxNLocator(integer=True))
  axes.grid(alpha=0.3)
  plots.save(drawing, path)
