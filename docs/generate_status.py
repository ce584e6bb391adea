# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
r"""Writes the page that says what of the NES paper was run again, and how.

  python docs/generate_status.py

It reads the tables that `reproduce_nes` has written to docs/results/nes: every
file holds one experiment's table, with notes, and below it the setting, a table
whose title is the experiment's name.
"""

import pathlib
from typing import NamedTuple

DOCS = pathlib.Path(__file__).resolve().parent
RESULTS = DOCS / "results" / "nes"
PAGE = DOCS / "reproduction_status.md"
PROGRAM = "python -m nes_spiel.examples.reproduce_nes"
# Longer tables are linked to.
MOST_ROWS = 20
# Of the setting, not flags of the program.
MEASURED = ("machine", "load", "versions")
TOP = """# Reproduction status

Experiments of *Turbocharging Solution Concepts* (Marris et al. 2022), run again
by `nes_spiel.examples.reproduce_nes`: the command, the machine, and what it
printed. This page is written by `docs/generate_status.py` from the tables in
`docs/results/nes`; none of its numbers is typed. Numbers of the other papers'
experiments stand in [Limits and negative results](limits.md), with the commands
that print them.
"""


class Experiment(NamedTuple):
  """What one file of results says.

  Attributes:
    file: its name.
    title: of the table.
    table: its lines, in Markdown, the names of columns first.
    notes: the paragraphs below it.
    name: of the experiment, as `--what` takes it.
    setting: machine, versions and flags, by name.
  """

  file: str
  title: str
  table: list[str]
  notes: list[str]
  name: str
  setting: dict[str, str]

  def command(self) -> str:
    """Returns the command that prints the table."""
    flags = {
      name: value
      for name, value in self.setting.items()
      if name not in MEASURED
    }
    words = [f"--{name}={_flag_value(value)}" for name, value in flags.items()]
    return " ".join([PROGRAM, f"--what={self.name}", *words])


def read(path: pathlib.Path) -> Experiment:
  """Returns what a file of results says.

  Args:
    path: a Markdown file that `reproduce_nes` wrote.

  Raises:
    ValueError: not two tables with titles, the second one a setting.
  """
  parts = path.read_text().split("### ")
  if len(parts) != 3 or parts[0].strip():
    raise ValueError(f"{path.name}: expected two tables with titles.")
  (title, *blocks), (name, *setting) = (
    [block.strip() for block in part.strip().split("\n\n")]
    for part in parts[1:]
  )
  if len(setting) != 1 or not blocks or not blocks[0].startswith("|"):
    raise ValueError(f"{path.name}: expected a table, notes and a setting.")
  cells = [_cells(line) for line in setting[0].splitlines()[2:]]
  return Experiment(
    file=path.name,
    title=title,
    table=blocks[0].splitlines(),
    notes=blocks[1:],
    name=name,
    setting=dict(cells),
  )


def section(experiment: Experiment) -> str:
  """Returns the part of the page about one experiment."""
  setting = experiment.setting
  rows = experiment.table[2:]
  link = f"results/nes/{experiment.file}"
  parts = [
    f"## {experiment.title}",
    f"```sh\n{experiment.command()}\n```",
    f"Machine: {setting['machine']}; {setting['load']} before it began. "
    f"Versions: {setting['versions']}.",
  ]
  if len(rows) <= MOST_ROWS:
    parts += ["\n".join(experiment.table), *experiment.notes]
    parts.append(f"The table by itself: [{experiment.file}]({link}).")
  else:
    parts += experiment.notes
    parts.append(f"All {len(rows)} rows: [{experiment.file}]({link}).")
  if (RESULTS / experiment.file).with_suffix(".png").is_file():
    picture = link.removesuffix(".md") + ".png"
    parts.append(f"![{experiment.title}]({picture})")
  return "\n\n".join(parts)


def page() -> str:
  """Returns the whole page."""
  experiments = [read(path) for path in sorted(RESULTS.glob("*.md"))]
  return "\n".join([TOP, *(f"{section(each)}\n" for each in experiments)])


def _cells(line: str) -> tuple[str, str]:
  """Returns the two cells of a line of a setting."""
  name, value = line.strip("| ").split(" | ", 1)
  return name.strip(), value.strip()


def _flag_value(value: str) -> str:
  """Returns a value as the command line takes it, a list by commas."""
  if value.startswith("["):
    return value.strip("[]").replace("'", "").replace(", ", ",")
  return value


if __name__ == "__main__":
  PAGE.write_text(page())
