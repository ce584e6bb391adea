# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
r"""Agents learn to mix their losses, beside selfish and cooperative ones.

  python -m nes_spiel.examples.d3c_games --game=braess --runs=1000
  python -m nes_spiel.examples.d3c_games --game=prisoners_dilemma --agents=10
  python -m nes_spiel.examples.d3c_games --game=chicken --mode=d3c --mode=lola

Prints a table of total losses over the optimum's at the end of all runs, and
writes it with a picture of training and its points to --output_dir. Games are
those of the D3C paper, or any normal-form game: a classic, OpenSpiel's, or a
file.
"""

import dataclasses
import pathlib
from collections.abc import Callable

import jax
import numpy as np
from absl import app, flags
from jaxtyping import Float

from nes_spiel import d3c
from nes_spiel.examples import (
  command_line,
  curve_panels,
  d3c_panels,
  d3c_tables,
  tables,
)
from nes_spiel.examples.named_games import load_payoffs

FLAGS = flags.FLAGS

flags.DEFINE_string(
  "game",
  "prisoners_dilemma",
  "One of prisoners_dilemma, nash_paradox, braess, braess_without_shortcut, "
  "random_braess, election, efficient_but_unfair, bilinear, or a "
  "normal-form game: a classic, OpenSpiel's, or an .nfg or .npy file.",
)
flags.DEFINE_integer("agents", 2, "Of the prisoner's dilemma.", 2)
flags.DEFINE_float("c", 1.0, "Of the prisoner's dilemma.")
flags.DEFINE_float("kappa", 0.1, "Of the Nash paradox.")
# Cooperative agents descend the saddle of Appendix F.7, of which each has half.
HALF = ["0", "-0.375", "-0.5", "0"]
flags.DEFINE_list("b1", HALF, "B_1 of the bilinear game, row by row.")
flags.DEFINE_list("b2", HALF, "B_2 of the bilinear game, row by row.")
flags.DEFINE_integer("runs", 1000, "Independent runs.", 1)
flags.DEFINE_integer("seed", 0, "Of the runs' first strategies.")
flags.DEFINE_multi_enum(
  "mode",
  ["d3c", "selfish", "cooperative"],
  sorted(d3c.MODES),
  "How agents learn, may be repeated.",
)
flags.DEFINE_integer("steps", None, "Of learning, the game's own if not given.")
flags.DEFINE_float("epsilon", None, "Of Eq. 11, the game's own if not given.")
flags.DEFINE_float("step_size", None, "eta_x, the game's own if not given.")
flags.DEFINE_float(
  "mixing_step_size", None, "eta_A, the game's own if not given."
)
flags.DEFINE_bool(
  "scale_free", None, "Whether A learns in units of losses; the game's own."
)
flags.DEFINE_bool("annealed", None, "Whether epsilon falls; the game's own.")
flags.DEFINE_string("output_dir", None, "Folder for table and picture.")

MAKERS: dict[str, Callable[[], d3c.Game]] = {
  "prisoners_dilemma": lambda: d3c.games.prisoners_dilemma(
    FLAGS.agents, FLAGS.c
  ),
  "nash_paradox": lambda: d3c.games.nash_paradox(FLAGS.kappa),
  "braess": d3c.games.braess,
  "braess_without_shortcut": lambda: d3c.games.braess(shortcut=False),
  "election": d3c.games.election,
  "efficient_but_unfair": d3c.games.efficient_but_unfair,
  "bilinear": lambda: d3c.games.bilinear(matrix("b1"), matrix("b2")),
}
# Flags of one game alone.
OWNERS = {
  "agents": ["prisoners_dilemma"],
  "c": ["prisoners_dilemma"],
  "kappa": ["nash_paradox"],
  "b1": ["bilinear"],
  "b2": ["bilinear"],
}
CHANGES = (
  "steps",
  "epsilon",
  "step_size",
  "mixing_step_size",
  "scale_free",
  "annealed",
)


def matrix(flag: str) -> Float[np.ndarray, "2 2"]:
  """Returns a flag's four numbers as two rows of two.

  Raises:
    ValueError: something else.
  """
  given = FLAGS[flag].value
  try:
    return np.array(given, float).reshape(2, 2)
  except ValueError as error:
    raise ValueError(
      f"--{flag}: expected four numbers, got {given}."
    ) from error


def make_game() -> d3c.Game | list[d3c.Game]:
  """Returns the game of the flags, or a random one for every run.

  Raises:
    ValueError: a flag of another game.
  """
  command_line.check_owned("game", OWNERS)
  if FLAGS.game == "random_braess":
    keys = jax.random.split(jax.random.key(FLAGS.seed), FLAGS.runs)
    return [d3c.games.sample_braess(key) for key in keys]
  if FLAGS.game in MAKERS:
    return MAKERS[FLAGS.game]()
  # The name becomes a part of a file's.
  name = pathlib.Path(FLAGS.game).name
  return d3c.games.from_payoffs(load_payoffs(FLAGS.game, MAKERS), name)


def run() -> None:
  """Trains in every mode, prints the table and draws the picture."""
  game, key = make_game(), jax.random.key(FLAGS.seed)
  changes = command_line.given(CHANGES)
  results = {
    mode: d3c.train(game, key, FLAGS.runs, mode=mode, **changes)
    for mode in FLAGS.mode
  }
  name = game.name if isinstance(game, d3c.Game) else FLAGS.game
  table = d3c_tables.ends(name, game, results)
  print(table.text())
  if FLAGS.output_dir:
    # Not the name of a table of d3c_figures.
    table = dataclasses.replace(table, name=f"d3c_game_{name}")
    path = tables.write(FLAGS.output_dir, table)
    picture = path.with_suffix(".png")
    curve_panels.draw(picture, d3c_panels.overview(name, results), 2)
    print(f"Written: {path}, {picture}")


def main(argv: list[str]) -> None:
  """Runs; a user's mistake ends it with one line."""
  with command_line.program(argv):
    run()


if __name__ == "__main__":
  app.run(main)
