# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Tables of results: printed, as CSV and as Markdown."""

import csv
import dataclasses
import os
import pathlib
import textwrap
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np


class Estimate(NamedTuple):
  """A number that is printed with four decimals.

  Attributes:
    mean: over games; or one number, of a paper's or of a single game.
    error: the mean's standard error, None where there is none.
  """

  mean: float
  error: float | None = None

  def text(self) -> str:
    """Returns the number, and its error in parentheses."""
    error = "" if self.error is None else f" ({self.error:.4f})"
    return f"{self.mean:.4f}{error}"


def estimate(values: Any) -> Estimate | None:
  """Returns mean and standard error of numbers, None where there are none.

  One number has no standard error.
  """
  values = np.ravel(np.asarray(values, np.float64))
  if not values.size:
    return None
  if values.size == 1:
    return Estimate(float(values[0]))
  error = values.std(ddof=1) / np.sqrt(values.size)
  return Estimate(float(values.mean()), float(error))


@dataclasses.dataclass(frozen=True)
class Table:
  """Rows of numbers and words under named columns.

  Attributes:
    name: of the files.
    title: what the numbers are.
    columns: their names.
    rows: one value per column; real numbers are shortened but in CSV, an
      `Estimate` with an error is two columns there, None is nothing.
    notes: sentences below the table, not in CSV.
  """

  name: str
  title: str
  columns: Sequence[str]
  rows: Sequence[Sequence[Any]]
  notes: Sequence[str] = ()

  def cells(self) -> list[list[str]]:
    """Returns what is printed of the rows."""
    return [[_cell(value) for value in row] for row in self.rows]

  def text(self) -> str:
    """Returns the table in columns that line up, numbers to the right."""
    cells = [list(self.columns), *self.cells()]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = [
      "  ".join(
        cell.ljust(width) if word else cell.rjust(width)
        for cell, width, word in zip(line, widths, self._words(), strict=True)
      ).rstrip()
      for line in cells
    ]
    rule = "-" * len(lines[0])
    notes = [textwrap.fill(note, max(80, len(rule))) for note in self.notes]
    return "\n".join([self.title, lines[0], rule, *lines[1:], *notes])

  def markdown(self) -> str:
    """Returns the table, its title and its notes in Markdown."""
    rule = [":--" if word else "--:" for word in self._words()]
    lines = [
      f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |"
      for line in (self.columns, rule, *self.cells())
    ]
    return "\n\n".join([f"### {self.title}", "\n".join(lines), *self.notes])

  def csv_rows(self) -> list[list[Any]]:
    """Returns the names of the columns, then the rows, in full precision."""
    found: list[Sequence[Any]] = []
    for name, *values in zip(self.columns, *self.rows, strict=True):
      pairs = [v if isinstance(v, Estimate) else (v, None) for v in values]
      means, errors = ([pair[i] for pair in pairs] for i in (0, 1))
      found.append((name, *means))
      if any(error is not None for error in errors):
        found.append((f"{name} error", *errors))
    return [list(row) for row in zip(*found, strict=True)]

  def _words(self) -> list[bool]:
    """Returns which columns hold words."""
    first = self.rows[0] if self.rows else [None] * len(self.columns)
    return [isinstance(value, str) for value in first]


def write(
  folder: str | os.PathLike[str], table: Table, *others: Table
) -> pathlib.Path:
  """Writes a table as CSV, and with others below it as one Markdown file.

  Args:
    folder: made if there is none.
    table: whose name the files have.
    *others: such as the setting; each has a CSV file of its own.

  Returns:
    The path of the Markdown file.
  """
  for each in (table, *others):
    write_csv(folder, each)
  path = pathlib.Path(folder, f"{table.name}.md")
  parts = [each.markdown() for each in (table, *others)]
  path.write_text("\n\n".join(parts) + "\n")
  return path


def write_csv(folder: str | os.PathLike[str], table: Table) -> pathlib.Path:
  """Writes a table as CSV alone, such as the points of curves.

  Args:
    folder: made if there is none.
    table: whose name the file has.

  Returns:
    The path of the file.
  """
  path = pathlib.Path(folder, f"{table.name}.csv")
  path.parent.mkdir(parents=True, exist_ok=True)
  with path.open("w", newline="") as file:
    csv.writer(file).writerows(table.csv_rows())
  return path


def _cell(value: Any) -> str:
  """Returns a value as text, real numbers with three significant digits."""
  if value is None:
    return "-"
  if isinstance(value, Estimate):
    return value.text()
  if not isinstance(value, float):
    return str(value)
  if value == 0 or 1e-4 <= abs(value) < 1e6:
    digits = 2 - int(np.floor(np.log10(abs(value)))) if value else 0
    return f"{value:.{max(digits, 0)}f}"
  return f"{value:.1e}"
