# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
r"""Runs experiments of the NES paper (Marris et al. 2022) again.

  python -m nes_spiel.examples.reproduce_nes --what=table1
  python -m nes_spiel.examples.reproduce_nes --what=figure4 --games=64 \
    --output_dir=out/reproduce
  python -m nes_spiel.examples.reproduce_nes --what=figure3 --steps=300 \
    --output_dir=out/reproduce
  python -m nes_spiel.examples.reproduce_nes --what=ablation --shape=4x4

With the shipped networks; the paper's numbers stand beside ours, where it
prints any. --output_dir also gets CSV and Markdown, and of figures a picture.

figure3 and ablation train networks: with --seeds seeds, --steps steps of
--batch games each, where the paper has 3 seeds, 4096 games a step and up to
millions of steps. Their curves lie in --output_dir, and the same command goes
on where it was stopped.
"""

import pathlib
from collections.abc import Callable, Mapping
from typing import NamedTuple

from absl import app, flags

from nes_spiel.examples import command_line, setting, tables
from nes_spiel.examples.reproduce import (
  classes,
  curves,
  learning,
  points,
  selections,
  sizes,
  sweeps,
  timing,
  welfare,
)
from nes_spiel.examples.shapes import parse_cube

FLAGS = flags.FLAGS


class Experiment(NamedTuple):
  """What --what names.

  Attributes:
    run: from the number of games to the table.
    games: how many if --games is not given, as many as the paper's; None where
      the games are given ones.
    flags: on which the numbers depend.
  """

  run: Callable[..., tables.Table]
  games: int | None
  flags: tuple[str, ...]


def table1(count: int) -> tables.Table:
  """Returns larger games beside Table 1."""
  return sizes.table_1(count, FLAGS.seed)


def table2(count: int) -> tables.Table:
  """Returns more sizes beside Table 2."""
  return sizes.table_2(count, FLAGS.seed)


def table3(count: int) -> tables.Table:
  """Returns every parameterization of Table 3."""
  return selections.table_3(count, FLAGS.seed)


def table5() -> tables.Table:
  """Returns the games of Appendix E."""
  return welfare.table_5()


def figure1() -> tables.Table:
  """Returns equilibria of 2x2 games, and draws them."""
  found = points.find_points(FLAGS.classics, FLAGS.purity)
  if FLAGS.output_dir:
    from nes_spiel.examples.reproduce import polytope_plots

    polytope_plots.save_points(_picture("figure1"), found, _caption(""))
  return points.table(found, FLAGS.purity)


def figure3(count: int) -> tables.Table:
  """Returns learning curves, and draws them."""
  panels = sweeps.figure_3_panels(FLAGS.panels)
  return _learn("figure3", "Figure 3, learning curves", panels, count)


def ablation(count: int) -> tables.Table:
  """Returns the ablations of Figure 3d and ours, and draws them."""
  panels = sweeps.ablation_panels(*parse_cube(FLAGS.shape, "--shape"))
  title = "Figure 3d, ablations, and ours"
  return _learn(f"ablation_{FLAGS.shape}", title, panels, count)


def _learn(
  name: str, title: str, panels: sweeps.Panels, count: int
) -> tables.Table:
  """Returns the table of learning curves, and draws them."""
  effort = curves.Effort(
    FLAGS.steps, FLAGS.seeds, FLAGS.batch, FLAGS.points, count, FLAGS.seed
  )
  folder = pathlib.Path(FLAGS.output_dir) if FLAGS.output_dir else None
  found = learning.learn(
    sweeps.all_curves(panels), effort, folder and folder / f"{name}_curves"
  )
  if folder:
    from nes_spiel.examples.reproduce import curve_plots

    what = f"{FLAGS.seeds} seeds, {FLAGS.batch} games a step, measured by "
    what += f"{count} games of seed {FLAGS.seed}. "
    curve_plots.save_panels(_picture(name), panels, found, _caption(what))
  return sweeps.table(name, title, panels, found)


def figure4(count: int) -> tables.Table:
  """Returns the classes of games, and draws them."""
  results = classes.measure_classes(count, FLAGS.seed, FLAGS.cvxpy_games)
  if FLAGS.output_dir:
    from nes_spiel.examples.reproduce import class_plots

    what = f"{count} games per class, seed {FLAGS.seed}. "
    class_plots.save_classes(_picture("figure4"), results, _caption(what))
  return classes.table(results)


def _picture(name: str) -> pathlib.Path:
  """Returns the path of a picture."""
  return pathlib.Path(FLAGS.output_dir) / f"{name}.png"


def _caption(what: str) -> str:
  """Returns what stands below a picture."""
  return f"{what}{setting.machine()}\n{setting.versions()}"


def times(count: int) -> tables.Table:
  """Returns microseconds a game."""
  return timing.table(count, FLAGS.seed, FLAGS.repeats)


LEARNING = ("games", "seed", "steps", "seeds", "batch", "points")
EXPERIMENTS: Mapping[str, Experiment] = {
  "table1": Experiment(table1, sizes.GAMES, ("games", "seed")),
  "table2": Experiment(table2, sizes.GAMES, ("games", "seed")),
  "table3": Experiment(table3, selections.GAMES, ("games", "seed")),
  "table5": Experiment(table5, None, ()),
  "figure1": Experiment(figure1, None, ("classics", "purity")),
  "figure3": Experiment(figure3, sweeps.GAMES, (*LEARNING, "panels")),
  "ablation": Experiment(ablation, sweeps.GAMES, (*LEARNING, "shape")),
  "figure4": Experiment(
    figure4, classes.GAMES, ("games", "seed", "cvxpy_games")
  ),
  "timing": Experiment(times, timing.GAMES, ("games", "seed", "repeats")),
}
# By flag, the experiments whose numbers depend on it.
OWNERS = {
  flag: [name for name, each in EXPERIMENTS.items() if flag in each.flags]
  for flag in sorted({x for each in EXPERIMENTS.values() for x in each.flags})
}

flags.DEFINE_enum("what", "table1", sorted(EXPERIMENTS), "The experiment.")
flags.DEFINE_integer(
  "games",
  None,
  "Games per size, row, curve or class; if not given 128 for table1 and "
  "table2, 4096 for timing, as the paper's, and 512 for the others, as in its "
  "figures. Not for table5 and figure1, whose games are given.",
  lower_bound=2,
)
flags.DEFINE_integer("seed", 0, "Of the games.", lower_bound=0)
flags.DEFINE_integer(
  "repeats", 5, "Of every call that timing times.", lower_bound=1
)
flags.DEFINE_integer(
  "cvxpy_games", 0, "Of figure4's, per class, for CVXPY too.", lower_bound=0
)
flags.DEFINE_list(
  "classics", ",".join(points.CLASSICS), "2x2 games of figure1, by name."
)
flags.DEFINE_float(
  "purity", points.PURITY, "Of figure1's pure targets, below 1."
)
flags.DEFINE_integer("steps", 500, "Of every learning curve.", lower_bound=1)
flags.DEFINE_integer("seeds", 2, "Of every learning curve.", lower_bound=1)
flags.DEFINE_integer("batch", 32, "Games in a training step.", lower_bound=1)
flags.DEFINE_integer(
  "points", 5, "Measurements along a learning curve.", lower_bound=1
)
flags.DEFINE_list("panels", "a,b,c", "Of figure3.")
flags.DEFINE_string("shape", "4x4x4", "Of the ablation's games, a cube.")
flags.DEFINE_string("output_dir", None, "Folder for CSV, Markdown, picture.")


def run() -> None:
  """Runs one experiment, prints its table, and writes it."""
  command_line.check_owned("what", OWNERS)
  what, folder = FLAGS.what, FLAGS.output_dir
  experiment = EXPERIMENTS[what]
  count = experiment.games if FLAGS.games is None else FLAGS.games
  values = {name: FLAGS[name].value for name in experiment.flags}
  values |= {"games": count} if "games" in values else {}
  place = setting.table(what, **values)
  table = experiment.run(*([] if count is None else [count]))
  print(f"{place.text()}\n\n{table.text()}")
  if folder:
    print(f"\nWritten: {tables.write(folder, table, place)}")


def main(argv: list[str]) -> None:
  """Runs; a user's mistake ends it with one line."""
  with command_line.program(argv):
    run()


if __name__ == "__main__":
  app.run(main)
