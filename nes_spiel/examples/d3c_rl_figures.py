# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
r"""Figures of the D3C paper with reinforcement learning.

  python -m nes_spiel.examples.d3c_rl_figures --figure=7
  python -m nes_spiel.examples.d3c_rl_figures --figure=8 --resume

7: what agents earn in Trust-Your-Brother who learn to mix their rewards, beside
others, and their attention; 16: how their mixtures move. 8: the same in Coins,
with one run's share of own coins; 19: whether attention moves together. 9:
Cleanup, with agents' returns in three runs; 17: a small Cleanup for two. 18:
HarvestPatch. Writes pictures, the points of their curves, tables of where runs
end, and checkpoints to --output_dir, in which figures of one environment share
their runs: --resume goes on with them, or draws what is finished.
"""

import pathlib
from collections.abc import Callable, Sequence
from typing import NamedTuple

from absl import app, flags

from nes_spiel import d3c
from nes_spiel.examples import (
  command_line,
  curve_panels,
  d3c_rl_panels,
  d3c_rl_pictures,
  d3c_rl_recipes,
  d3c_rl_tables,
  tables,
)
from nes_spiel.examples.curve_panels import Panel
from nes_spiel.examples.d3c_rl_tables import Results

FLAGS = flags.FLAGS
SHOWN_RUNS = 3  # of Figure 9

flags.DEFINE_integer(
  "runs", None, "Independent runs; the recipe's number if not given.", 1
)
flags.DEFINE_integer(
  "batches", None, "Batches of episodes; the recipe's if not given.", 1
)
flags.DEFINE_integer(
  "record_every", None, "Batches between points; the recipe's.", 1
)
flags.DEFINE_integer("seed", 0, "Of everything random.")
flags.DEFINE_string("output_dir", "out/d3c_rl", "Folder for the results.")
flags.DEFINE_bool(
  "resume", False, "Go on from checkpoints where there are any."
)


def train(name: str, mode: str) -> d3c.AgentTraining:
  """Returns the runs of a recipe in one mode, as the flags describe them."""
  return d3c_rl_recipes.train(
    name,
    mode,
    FLAGS.runs,
    FLAGS.batches,
    FLAGS.seed,
    pathlib.Path(FLAGS.output_dir, name),
    record_every=FLAGS.record_every,
    resume=FLAGS.resume,
  )


def trust(results: Results) -> Sequence[Panel]:
  """Figure 7: returns in all modes, and attention."""
  title = "trust_your_brother"
  return [
    d3c_rl_panels.median_returns(title, results),
    d3c_rl_panels.attention(f"{title}: attention of d3c", results["d3c"]),
  ]


def coins(results: Results) -> Sequence[Panel]:
  """Figure 8: returns in all modes, and how one run of D3C came to its own."""
  own = d3c_rl_panels.run_of_coins(results["d3c"])
  return [d3c_rl_panels.mean_returns("coins", results), *own]


def cleanup(results: Results) -> Sequence[Panel]:
  """Figure 9: returns in all modes, and of every agent in three runs."""
  result = results["d3c"]
  runs = range(min(SHOWN_RUNS, len(result.returns)))
  return [
    d3c_rl_panels.mean_returns("cleanup", results),
    *(d3c_rl_panels.returns_so_far("d3c", result, run) for run in runs),
  ]


def returns_in(name: str) -> Callable[[Results], Sequence[Panel]]:
  """Returns what shows mean returns in all modes, Figures 17 and 18."""
  return lambda results: [d3c_rl_panels.mean_returns(name, results)]


def mixtures(path: pathlib.Path, results: Results) -> None:
  """Figure 16: what both agents keep of their rewards."""
  d3c_rl_pictures.draw_mixtures(path, "trust_your_brother", results["d3c"])


def synchrony(path: pathlib.Path, results: Results) -> None:
  """Figure 19: whether partners' attention moves together in Coins."""
  found = d3c.synchrony(results["d3c"].attention)
  d3c_rl_pictures.draw_synchrony(path, "coins", found)
  print(
    f"p = {found.p_value:.3f}, not less than {found.lowest:.3f} in any case"
  )


def drawn(
  panels: Callable[[Results], Sequence[Panel]],
) -> Callable[[pathlib.Path, Results], None]:
  """Returns what draws panels, two beside each other."""

  def draw(path: pathlib.Path, results: Results) -> None:
    found = panels(results)
    curve_panels.draw(path, found, min(2, len(found)))

  return draw


class Figure(NamedTuple):
  """What a picture needs.

  Attributes:
    name: of the recipe.
    draw: writes the picture, from runs by mode.
    modes: of the runs.
  """

  name: str
  draw: Callable[[pathlib.Path, Results], None]
  modes: Sequence[str] = d3c.AGENT_MODES


FIGURES = {
  "7": Figure("trust_your_brother", drawn(trust)),
  "8": Figure("coins", drawn(coins)),
  "9": Figure("cleanup", drawn(cleanup)),
  "16": Figure("trust_your_brother", mixtures, ["d3c"]),
  "17": Figure("cleanup_restricted", drawn(returns_in("cleanup_restricted"))),
  "18": Figure("harvest_patch", drawn(returns_in("harvest_patch"))),
  "19": Figure("coins", synchrony, ["d3c"]),
}
flags.DEFINE_enum("figure", "7", list(FIGURES), "Which picture.")


def run() -> pathlib.Path:
  """Trains, draws, prints and writes where runs end."""
  figure = FIGURES[FLAGS.figure]
  results = {mode: train(figure.name, mode) for mode in figure.modes}
  table = d3c_rl_tables.ends(figure.name, results)
  print(table.text())
  tables.write(pathlib.Path(FLAGS.output_dir, figure.name), table)
  path = pathlib.Path(FLAGS.output_dir, f"d3c_figure{FLAGS.figure}.png")
  figure.draw(path, results)
  return path


def main(argv: list[str]) -> None:
  """Runs; a user's mistake ends it with one line."""
  with command_line.program(argv):
    print(f"Written: {run()}")


if __name__ == "__main__":
  app.run(main)
