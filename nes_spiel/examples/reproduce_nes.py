# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
r"""Runs experiments of the NES paper (Marris et al. 2022) again.

  python -m nes_spiel.examples.reproduce_nes --what=table1
  python -m nes_spiel.examples.reproduce_nes --what=figure4 --games=64 \
    --output_dir=out/reproduce

With the shipped networks; the paper's numbers stand beside ours, where it
prints any. --output_dir also gets CSV and Markdown, and of Figure 4 a picture.
"""

import pathlib
from collections.abc import Callable, Mapping
from typing import NamedTuple

from absl import app, flags

from nes_spiel.examples import command_line, setting, tables
from nes_spiel.examples.reproduce import classes, sizes, timing, welfare

FLAGS = flags.FLAGS


class Experiment(NamedTuple):
  """What --what names.

  Attributes:
    run: from the number of games to the table.
    games: how many if --games is not given: as many as the paper's.
    flags: on which the numbers depend.
  """

  run: Callable[[int], tables.Table]
  games: int
  flags: tuple[str, ...]


def table1(count: int) -> tables.Table:
  """Returns larger games beside Table 1."""
  return sizes.table_1(count, FLAGS.seed)


def table2(count: int) -> tables.Table:
  """Returns more sizes beside Table 2."""
  return sizes.table_2(count, FLAGS.seed)


def table5(count: int) -> tables.Table:
  """Returns the games of Appendix E."""
  del count
  return welfare.table_5()


def figure4(count: int) -> tables.Table:
  """Returns the classes of games, and draws them."""
  results = classes.measure_classes(count, FLAGS.seed, FLAGS.cvxpy_games)
  if FLAGS.output_dir:
    from nes_spiel.examples.reproduce import plots

    caption = f"{count} games per class, seed {FLAGS.seed}. "
    caption += f"{setting.machine()}\n{setting.versions()}"
    plots.save_classes(
      pathlib.Path(FLAGS.output_dir) / "figure4.png", results, caption
    )
  return classes.table(results)


def times(count: int) -> tables.Table:
  """Returns microseconds a game."""
  return timing.table(count, FLAGS.seed, FLAGS.repeats)


EXPERIMENTS: Mapping[str, Experiment] = {
  "table1": Experiment(table1, sizes.GAMES, ("games", "seed")),
  "table2": Experiment(table2, sizes.GAMES, ("games", "seed")),
  "table5": Experiment(table5, 2, ()),
  "figure4": Experiment(
    figure4, classes.GAMES, ("games", "seed", "cvxpy_games")
  ),
  "timing": Experiment(times, timing.GAMES, ("games", "seed", "repeats")),
}

flags.DEFINE_enum("what", "table1", sorted(EXPERIMENTS), "The experiment.")
flags.DEFINE_integer(
  "games",
  None,
  "Games per size or class; if not given 128 for table1 and table2, 512 for "
  "figure4, 4096 for timing, as the paper's.",
  lower_bound=2,
)
flags.DEFINE_integer("seed", 0, "Of the games.", lower_bound=0)
flags.DEFINE_integer(
  "repeats", 5, "Of every call that timing times.", lower_bound=1
)
flags.DEFINE_integer(
  "cvxpy_games", 0, "Of figure4's, per class, for CVXPY too.", lower_bound=0
)
flags.DEFINE_string("output_dir", None, "Folder for CSV, Markdown, picture.")


def run() -> None:
  """Runs one experiment, prints its table, and writes it."""
  what, folder = FLAGS.what, FLAGS.output_dir
  if folder:  # a folder that cannot be had shows before the work
    pathlib.Path(folder).mkdir(parents=True, exist_ok=True)
  experiment = EXPERIMENTS[what]
  count = experiment.games if FLAGS.games is None else FLAGS.games
  values = {name: FLAGS[name].value for name in experiment.flags}
  values |= {"games": count} if "games" in values else {}
  place = setting.table(what, **values)
  table = experiment.run(count)
  print(f"{place.text()}\n\n{table.text()}")
  if folder:
    print(f"\nWritten: {tables.write(folder, table, place)}")


def main(argv: list[str]) -> None:
  """Runs; a user's mistake ends it with one line."""
  if len(argv) > 1:
    raise app.UsageError(f"unexpected arguments: {argv[1:]}")
  command_line.quiet_logs()
  with command_line.readable_errors():
    run()


if __name__ == "__main__":
  app.run(main)
