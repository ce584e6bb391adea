# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
r"""Draws what all CEs and CCEs of a two-player game are worth.

  python -m nes_spiel.examples.equilibrium_payoffs --game=chicken
  python -m nes_spiel.examples.equilibrium_payoffs --game=mine.nfg \
    --output_dir=out/mine

Prints the corners of both polygons, each the payoffs of an equilibrium at the
end of linear programs, and what the maximum-entropy and maximum-welfare ones
are worth; --output_dir gets the table and a picture.
"""

import pathlib
from collections.abc import Mapping
from typing import Any

import numpy as np
from absl import app, flags
from jaxtyping import Float

from nes_spiel import equilibria, solvers
from nes_spiel.examples import command_line, named_games, plots, tables

FLAGS = flags.FLAGS
COLORS = {"cce": plots.GREY, "ce": plots.BLUE}
MARKERS = {"ME": "+", "MW": "x"}

flags.DEFINE_string("game", "chicken", "Game name or payoff file.")
flags.DEFINE_string("output_dir", None, "Folder for table and picture.")


def selected(
  payoffs: Float[np.ndarray, "2 *a"], concept: solvers.Concept
) -> dict[str, Float[np.ndarray, " 2"]]:
  """Returns what the selected equilibria are worth."""
  chosen = {
    "ME": equilibria.MaximumEntropy(),
    "MW": equilibria.MaximumWelfare(mu=100.0),
  }
  return {
    name: solvers.expected_values(
      payoffs[None], solvers.solve(payoffs, concept, selection).joint[None]
    )[0]
    for name, selection in chosen.items()
  }


def summary(
  regions: Mapping[Any, equilibria.PayoffRegion],
  points: Mapping[Any, Mapping[str, Float[np.ndarray, " 2"]]],
) -> tables.Table:
  """Returns corners and selected points, a row each."""
  rows: list[list[Any]] = []
  for concept, region in regions.items():
    rows += [
      [concept, f"corner {number}", *map(float, corner)]
      for number, corner in enumerate(region.corners, 1)
    ]
    rows += [
      [concept, name, *map(float, point)]
      for name, point in points[concept].items()
    ]
  areas = ", ".join(f"{name} {x.area:.4f}" for name, x in regions.items())
  return tables.Table(
    "equilibrium_payoffs",
    f"{FLAGS.game}: what equilibria are worth",
    ["concept", "point", "player 0", "player 1"],
    rows,
    [
      f"Areas: {areas}. ME and MW at rho 1e4, which lets them lie a little "
      "outside."
    ],
  )


def draw(
  path: pathlib.Path,
  payoffs: Float[np.ndarray, "2 *a"],
  regions: Mapping[Any, equilibria.PayoffRegion],
  points: Mapping[Any, Mapping[str, Float[np.ndarray, " 2"]]],
) -> None:
  """Writes the polygons, what is selected, and pure joints."""
  drawing, (axes,) = plots.figure(5.4, 4.4)
  pure = payoffs.reshape(2, -1)
  axes.plot(*pure, "o", color="k", markersize=4, label="pure joints")
  for concept, region in regions.items():
    color = COLORS[concept]
    around = np.concatenate([region.corners, region.corners[:1]])
    axes.fill(*around.T, color=color, alpha=0.25)
    axes.plot(*around.T, color=color, label=f"all {concept.upper()}s")
    for name, point in points[concept].items():
      label = f"{name}-{concept.upper()}"
      axes.plot(*point, MARKERS[name], color=color, markersize=9, label=label)
  axes.set(xlabel="Player 0", ylabel="Player 1", title=FLAGS.game)
  axes.legend(frameon=False, fontsize=8)
  plots.save(drawing, path)


def run() -> None:
  """Finds, prints and writes.

  Raises:
    ValueError: a game of other than two players.
  """
  payoffs = named_games.load_payoffs(FLAGS.game)
  if len(payoffs) != 2:
    raise ValueError(f"--game: expected two players, got {len(payoffs)}.")
  concepts: tuple[equilibria.Concept, ...] = ("cce", "ce")
  regions = {x: equilibria.payoff_region(payoffs, x) for x in concepts}
  points = {x: selected(payoffs, x) for x in concepts}
  table = summary(regions, points)
  print(table.text())
  if FLAGS.output_dir:
    print(f"Written: {tables.write(FLAGS.output_dir, table)}")
    path = pathlib.Path(FLAGS.output_dir, f"{table.name}.png")
    draw(path, payoffs, regions, points)
    print(f"Written: {path}")


def main(argv: list[str]) -> None:
  """Runs; a user's mistake ends it with one line."""
  with command_line.program(argv):
    run()


if __name__ == "__main__":
  app.run(main)
