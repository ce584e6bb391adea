# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
r"""Figures of the D3C paper without reinforcement learning: who reaches what.

  python -m nes_spiel.examples.d3c_figures --figure=3

2: random networks with Braess's paradox. 3: the network of Figure 2a, without
and with its shortcut. 5, 13, 14: the prisoner's dilemma of 10 agents, of 2, and
of 10 with c = 1/9. 6: one run of it. election: Appendix F.5. inequity: Appendix
F.6. bounds: what bounds the price of anarchy, beside what it is; no figure of
the paper. Each shows total losses over the smallest there are, and
what agents keep over what they give. Writes to --output_dir.
"""

import pathlib
from collections.abc import Callable, Sequence
from typing import Any

import jax
import numpy as np
from absl import app, flags
from tqdm import tqdm

from nes_spiel import d3c
from nes_spiel.examples import (
  command_line,
  d3c_bounds,
  d3c_pictures,
  d3c_tables,
  tables,
)

FLAGS = flags.FLAGS
MODES = ("gradient_descent", "d3c", "cooperative")

flags.DEFINE_integer("runs", 1000, "Independent runs.", 1)
flags.DEFINE_integer("seed", 0, "Of the runs' first strategies.")
flags.DEFINE_string("output_dir", "out/d3c", "Folder for the results.")


def compare(
  name: str, game: Any, modes: Sequence[str], runs: int | None = None
) -> tuple[tables.Table, dict[str, d3c.Training]]:
  """Returns where modes end in a game, and their runs."""
  key, count = jax.random.key(FLAGS.seed), runs or FLAGS.runs
  results = {
    mode: d3c.train(game, key, count, mode=mode) for mode in tqdm(modes)
  }
  return d3c_tables.ends(name, game, results), results


def traffic(folder: pathlib.Path) -> pathlib.Path:
  """Figure 3: one network without and with its shortcut."""
  found = [
    compare(game.name, game, MODES)
    for game in (d3c.games.braess(shortcut=False), d3c.games.braess())
  ]
  return show(folder, "figure3", found)


def random_networks(folder: pathlib.Path) -> pathlib.Path:
  """Figure 2b: a random network for every run."""
  keys = jax.random.split(jax.random.key(FLAGS.seed), FLAGS.runs)
  networks = [d3c.games.sample_braess(key) for key in keys]
  return show(folder, "figure2", [compare("random networks", networks, MODES)])


def dilemma(
  figure: str, agents: int, c: float, runs: int | None = None
) -> Callable[[pathlib.Path], pathlib.Path]:
  """Returns what draws the prisoner's dilemma of some agents."""

  def draw(folder: pathlib.Path) -> pathlib.Path:
    game = d3c.games.prisoners_dilemma(agents, c)
    return show(folder, figure, [compare(game.name, game, MODES, runs)])

  return draw


def election(folder: pathlib.Path) -> pathlib.Path:
  """Appendix F.5: which teams form, and what is left of the race."""
  game = d3c.games.election()
  found = compare(game.name, game, MODES)
  table = tables.Table(
    "election_mixing",
    "Mean mixing matrix of D3C",
    ["agent", *(f"to {j + 1}" for j in range(4))],
    [
      [f"{i + 1}", *map(float, row)]
      for i, row in enumerate(found[1]["d3c"].mixing.mean(0))
    ],
  )
  print(table.text())
  tables.write(folder, table)
  return show(folder, "election", [found])


def inequity(folder: pathlib.Path) -> pathlib.Path:
  """Appendix F.6: where learning halts, and that cooperation does not."""
  game = d3c.games.efficient_but_unfair()
  found = compare(game.name, game, MODES)
  mixing = found[1]["d3c"].mixing
  quotient = mixing[:, 0, 0] / mixing[:, 1, 0]
  near = np.abs(quotient / 1.1 - 1) < 0.01
  print(
    f"A_11 / A_21 at the end: median {np.median(quotient):.4f}, within 1 % of "
    f"11/10 in {near.mean():.0%} of runs"
  )
  return show(folder, "inequity", [found])


def show(
  folder: pathlib.Path,
  name: str,
  found: Sequence[tuple[tables.Table, dict[str, d3c.Training]]],
) -> pathlib.Path:
  """Prints and writes tables, and draws a row of panels for each game."""
  for table, _ in found:
    print(table.text())
    tables.write(folder, table)
  path = folder / f"d3c_{name}.png"
  d3c_pictures.draw_games(
    path, [(table.title, results) for table, results in found]
  )
  return path


FIGURES = {
  "2": random_networks,
  "3": traffic,
  "5": dilemma("figure5", 10, 1.0),
  "6": dilemma("figure6", 2, 1.0, runs=1),
  "13": dilemma("figure13", 2, 1.0),
  "14": dilemma("figure14", 10, 1 / 9),
  "election": election,
  "inequity": inequity,
  "bounds": d3c_bounds.draw,
}
flags.DEFINE_enum("figure", "3", list(FIGURES), "Which picture.")


def main(argv: list[str]) -> None:
  """Runs; a user's mistake ends it with one line."""
  with command_line.program(argv):
    path = FIGURES[FLAGS.figure](pathlib.Path(FLAGS.output_dir))
    print(f"Written: {path}")


if __name__ == "__main__":
  app.run(main)
