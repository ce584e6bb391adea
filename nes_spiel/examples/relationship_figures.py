# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
r"""Reproduces Figures 2, 3 and 4 of the paper on relationship design.

  python -m nes_spiel.examples.relationship_figures --figure=2
  python -m nes_spiel.examples.relationship_figures --figure=3 --iterations=200
  python -m nes_spiel.examples.relationship_figures --figure=4

Chen, Bayiz, Fridovich-Keil and Topcu (2024). Social costs of all equilibria of
the game with an ambulance, and what least squares take for equilibria (2);
Algorithms 1 and 2 beside `design_weights` (3); the relationships that
Algorithm 2 designs (4). Writes pictures and tables to --output_dir.
"""

import dataclasses
import pathlib
from typing import Any, NamedTuple

import jax
import numpy as np
from absl import app, flags
from jaxtyping import Float
from tqdm import tqdm

from nes_spiel import relationship_games
from nes_spiel.examples import (
  command_line,
  relationship_branches,
  relationship_pictures,
  tables,
)
from nes_spiel.relationship_games.equilibrium_costs import Form, random_starts

FLAGS = flags.FLAGS
GAMES = {
  "two lanes": relationship_games.two_lane_congestion,
  "ambulance": relationship_games.congestion_with_ambulance,
}
DESCENTS = {
  "Min-Max": relationship_games.min_max_descent,
  "Min-Min": relationship_games.min_min_descent,
}
FORMS: dict[str, Form] = {
  "designed Min-Max": "min_max",
  "designed Min-Min": "min_min",
}
STEP_SIZE, THRESHOLD = 0.1, 1e-4  # alpha and beta of the paper
BRANCHES_TEMPERATURE, NETWORKS_TEMPERATURE = 1.0, 0.5
NETWORKS = 5  # of Figure 4

flags.DEFINE_enum("figure", "2", ["2", "3", "4"], "Which picture.")
flags.DEFINE_integer(
  "starts", 300, "From which equilibria are sought, by Figure 2 and designs.", 1
)
flags.DEFINE_integer(
  "rerolls", 50, "From how many starts Algorithms 1 and 2 seek them.", 1
)
flags.DEFINE_integer(
  "least_squares", 20, "Figure 2: starts per weight; 0 leaves them out.", 0
)
flags.DEFINE_integer("iterations", 2000, "Of Algorithms 1 and 2, at most.", 1)
flags.DEFINE_multi_float(
  "temperature", [0.3, 0.5, 0.7], "Figure 3: lambda, may be repeated."
)
flags.DEFINE_bool(
  "design", True, "Figure 3: whether to run design_weights, most of its time."
)
flags.DEFINE_string(
  "output_dir", "out/relationship_games", "Folder for the results."
)


def branches(folder: pathlib.Path) -> pathlib.Path:
  """Draws and writes all equilibria along a weight."""
  game = GAMES["ambulance"]()
  starts = random_starts(game, jax.random.key(0), FLAGS.starts)
  at = (game, BRANCHES_TEMPERATURE)
  true, false = relationship_branches.branches(*at, starts), None
  others = []
  if FLAGS.least_squares:
    # Random ones: the pure profiles come first.
    chosen = random_starts(game, jax.random.key(1), 2 * FLAGS.least_squares)
    false = relationship_branches.false_minima(
      *at, chosen[-FLAGS.least_squares :]
    )
    others = [false]
  path = tables.write(folder, true, *others)
  relationship_pictures.draw_branches(path.with_suffix(".png"), true, false)
  for note in true.notes:
    print(note)
  for table in others:
    print(table.text())
  return path


def descend(name: str, game: Any, temperature: float) -> Any:
  """Returns what Algorithm 1 or 2 does from equal weights."""
  return DESCENTS[name](
    game,
    np.ones(len(game.relationships)),
    temperature=temperature,
    options=relationship_games.DescentOptions(
      STEP_SIZE, THRESHOLD, FLAGS.iterations, FLAGS.rerolls
    ),
  )


def descents(folder: pathlib.Path) -> pathlib.Path:
  """Draws and writes how the social cost falls, and prints where it ends."""
  rows: list[list[Any]] = []
  ends: list[list[Any]] = []
  for label, make in tqdm(GAMES.items(), unit="game"):
    for temperature in FLAGS.temperature:
      for method, curve in curves(make(), temperature).items():
        named = [label, temperature, method]
        rows += [[*named, k + 1, float(v)] for k, v in enumerate(curve.values)]
        best = tables.Estimate(curve.best)
        ends.append([*named, len(curve.values), curve.end, best])
  columns = ["Game", "lambda", "Method", "Iteration"]
  all_curves = tables.Table(
    "figure3_curves", "Figure 3", [*columns, "Social cost"], rows
  )
  last = tables.Table(
    "figure3",
    "Figure 3: where methods end",
    [*columns, "End", "Social cost of the best"],
    ends,
    [
      "The best: what is returned. Algorithm 1's own starts may miss the "
      "costliest equilibrium, fresh ones have been tried at the best.",
      "Iterations of a design are its improvements.",
    ],
  )
  print(last.text())
  path = tables.write(folder, last)
  tables.write_csv(folder, all_curves)
  relationship_pictures.draw_descents(path.with_suffix(".png"), all_curves)
  return path


class Curve(NamedTuple):
  """Social costs of a method.

  Attributes:
    values: `[t]`, on its way.
    end: how it ended.
    best: of the weights that it returned.
  """

  values: Float[np.ndarray, " t"]
  end: str
  best: float


def curves(
  game: relationship_games.RelationshipGame, temperature: float
) -> dict[str, Curve]:
  """Returns what every method does from equal weights, or of its own."""
  found = {}
  for name in DESCENTS:
    descent = descend(name, game, temperature)
    found[name] = Curve(descent.values, descent.status.name, descent.value)
  for name, form in FORMS.items() if FLAGS.design else ():
    design = relationship_games.design_weights(
      game, form=form, temperature=temperature, starts=FLAGS.starts
    )
    sure = "CERTIFIED" if design.certificate.agrees else "NOT CERTIFIED"
    end = f"{sure}, {'ON A FOLD' if design.on_fold else 'NO FOLD'}"
    found[name] = Curve(design.history[:, 0], end, design.value)
  return found


def networks(folder: pathlib.Path) -> pathlib.Path:
  """Draws and writes the relationships on the way of Algorithm 2."""
  game = GAMES["ambulance"]()
  found = descend("Min-Min", game, NETWORKS_TEMPERATURE)
  shown = np.unique(np.rint(np.geomspace(1, len(found.path), NETWORKS)))
  shown = shown.astype(int) - 1
  table = tables.Table(
    "figure4",
    f"Figure 4: weights by iteration, lambda {NETWORKS_TEMPERATURE}",
    ["Iteration", "Social cost", *game.names],
    [
      [k + 1, float(value), *map(float, weights)]
      for k, (value, weights) in enumerate(
        zip(found.values, found.path, strict=True)
      )
    ],
    ["Tries that are rejected count as iterations, with the weights before."],
  )
  shortened = dataclasses.replace(table, rows=[table.rows[k] for k in shown])
  print(f"{shortened.text()}\n{found.status.name}")
  path = tables.write(folder, table)
  drawn = {
    f"Iteration {k + 1}, cost {found.values[k]:.2f}": np.tensordot(
      found.path[k], game.relationships, 1
    )
    for k in shown
  }
  cars = [f"R{k}" for k in range(1, len(game.costs))]
  relationship_pictures.draw_networks(
    path.with_suffix(".png"), drawn, ["A", *cars]
  )
  return path


FIGURES = {"2": branches, "3": descents, "4": networks}
OWNERS = {
  "starts": ["2", "3"],
  "rerolls": ["3", "4"],
  "least_squares": ["2"],
  "iterations": ["3", "4"],
  "temperature": ["3"],
  "design": ["3"],
}


def main(argv: list[str]) -> None:
  """Runs; a user's mistake ends it with one line."""
  with command_line.program(argv):
    command_line.check_owned("figure", OWNERS)
    path = FIGURES[FLAGS.figure](pathlib.Path(FLAGS.output_dir))
    print(f"Written: {path}, {path.with_suffix('.png')}, CSV files beside them")


if __name__ == "__main__":
  app.run(main)
