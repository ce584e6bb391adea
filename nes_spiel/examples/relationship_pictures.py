# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Pictures of equilibria along a weight, of descents and of networks."""

import pathlib
from collections.abc import Sequence
from typing import Any

import matplotlib as mpl
import networkx
import numpy as np
from jaxtyping import Float

from nes_spiel.examples import plots, tables

STRONGEST = 4.0  # width of an edge of weight one
STYLES = {
  "Min-Max": (plots.ORANGE, "-"),
  "Min-Min": (plots.BLUE, "-"),
  "designed Min-Max": (plots.ORANGE, ":"),
  "designed Min-Min": (plots.BLUE, ":"),
}


def draw_branches(
  path: pathlib.Path, true: tables.Table, false: tables.Table | None
) -> None:
  """Draws social costs of all equilibria, beside them false minima as well.

  Args:
    path: of the PNG.
    true: with columns w3, rank, number of equilibria there, social cost.
    false: with w3 first and the social cost last; None for no second panel.
  """
  count = 1 if false is None else 2
  drawing, panels = plots.figure(4.4 * count, 3.4, count)
  for panel in panels:
    _draw_equilibria(panel, np.array(true.rows, float))
    panel.set(xlabel="w3, cars to ambulance", ylabel="Social cost")
    panel.grid(alpha=0.3)
  panels[0].set_title("All equilibria, lambda 1, others .5", fontsize=10)
  if false is not None:
    panels[1].set_title("With minima that are no equilibria", fontsize=10)
  if false is not None and false.rows:
    wrong = np.array(false.rows, float)
    panels[1].scatter(
      wrong[:, 0],
      wrong[:, -1],
      marker="x",
      color="black",
      s=20,
      zorder=3,
      label="least squares, residual not 0",
    )
  for panel in panels:
    panel.legend(frameon=False, fontsize=7)
  plots.save(drawing, path)


def _draw_equilibria(axes: Any, rows: Float[np.ndarray, "r 4"]) -> None:
  """Draws the highest in orange and the lowest in blue, as the paper does."""
  values, ranks, counts, costs = rows.T
  kinds = {
    "highest": ((ranks == counts) & (counts > 1), plots.ORANGE),
    "lowest": ((ranks == 1) & (counts > 1), plots.BLUE),
    "between": ((ranks > 1) & (ranks < counts), plots.GREY),
    "the only one": (counts == 1, "#984ea3"),
  }
  for label, (chosen, color) in kinds.items():
    if chosen.any():
      axes.scatter(values[chosen], costs[chosen], color=color, s=3, label=label)


def draw_descents(path: pathlib.Path, table: tables.Table) -> None:
  """Draws a panel per game and temperature.

  Args:
    path: of the PNG.
    table: with columns game, lambda, method, iteration, social cost.
  """
  panels_of = list(dict.fromkeys((row[0], row[1]) for row in table.rows))
  columns = len({temperature for _, temperature in panels_of})
  rows = len(panels_of) // columns
  drawing, panels = plots.figure(3.2 * columns, 2.8 * rows, columns, rows)
  for panel, shown in zip(panels, panels_of, strict=True):
    chosen = [row for row in table.rows if (row[0], row[1]) == shown]
    _draw_curves(panel, chosen)
    game, temperature = shown
    panel.set_title(f"{game}, lambda {temperature}", fontsize=9)
    panel.set(xlabel="Iteration", ylabel="Social cost", xscale="log")
    panel.grid(alpha=0.3)
  panels[0].legend(frameon=False, fontsize=6)
  plots.save(drawing, path)


def _draw_curves(axes: Any, rows: Sequence[Sequence[Any]]) -> None:
  """Draws social costs, ends as circles; of designs, which search, the end."""
  for method, (color, line) in STYLES.items():
    curve = np.array([row[3:5] for row in rows if row[2] == method], float)
    if not len(curve):
      continue
    iterations, costs = curve.T
    if method.startswith("designed"):
      axes.axhline(costs[-1], ls=line, color=color, label=method, lw=1.1)
    else:
      axes.plot(iterations, costs, line, color=color, label=method, lw=1.1)
      end = "end" if method == "Min-Max" else None
      axes.plot(
        iterations[-1], costs[-1], "o", color=color, markersize=4, label=end
      )


def draw_networks(
  path: pathlib.Path,
  networks: dict[str, Float[np.ndarray, "n n"]],
  players: list[str],
) -> None:
  """Draws superposed relationship graphs side by side.

  Args:
    path: of the PNG.
    networks: by title, W = sum_r w_r phi_r of Section 3.3.
    players: their names.
  """
  drawing, panels = plots.figure(2.6 * len(networks), 2.8, len(networks))
  for panel, (title, network) in zip(panels, networks.items(), strict=True):
    _draw_network(panel, network, players)
    panel.set_title(title, fontsize=9)
    panel.margins(0.2)
    panel.axis("off")
  drawing.supxlabel(
    "Blue: for each other, red: against, the wider the more; nodes: for "
    "themselves. A is the ambulance.",
    fontsize=8,
  )
  plots.save(drawing, path)


def _draw_network(
  axes: Any, network: Float[np.ndarray, "n n"], players: list[str]
) -> None:
  """Draws what players care about themselves (nodes) and others (edges)."""
  between = network - np.diag(np.diag(network))
  graph = networkx.from_numpy_array(between, create_using=networkx.DiGraph)
  strength = [weight for *_, weight in graph.edges(data="weight")]
  place = networkx.circular_layout(graph)
  colors = mpl.colormaps["RdBu"]  # red: against each other, blue: for
  networkx.draw_networkx_nodes(
    graph,
    place,
    ax=axes,
    node_color=np.diag(network),
    cmap=colors,
    edgecolors=plots.GREY,
    node_size=420,
    vmin=-1,
    vmax=1,
  )
  networkx.draw_networkx_labels(
    graph, place, dict(enumerate(players)), font_size=8, ax=axes
  )
  networkx.draw_networkx_edges(
    graph,
    place,
    ax=axes,
    edge_color=np.clip(strength, -1, 1),
    edge_cmap=colors,
    edge_vmin=-1,
    edge_vmax=1,
    width=[STRONGEST * abs(x) for x in strength],
    connectionstyle="arc3,rad=0.12",
    node_size=420,
  )
