# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""What every benchmark prints: where it ran, and tables, also as CSV."""

import csv
import dataclasses
import importlib.metadata
import os
import pathlib
import platform
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

import jax
import numpy as np
from absl import flags

PACKAGES = ("jax", "jaxlib", "cvxpy", "clarabel", "open_spiel", "numpy")

_OUTPUT_DIR = flags.DEFINE_string(
  "output_dir", None, "Folder in which every table is also written as CSV."
)


@dataclasses.dataclass(frozen=True)
class Table:
  """Rows of numbers and words under named columns.

  Attributes:
    name: of the CSV file.
    title: what the numbers are.
    columns: their names.
    rows: one value per column; real numbers are shortened only in print.
  """

  name: str
  title: str
  columns: Sequence[str]
  rows: Sequence[Sequence[Any]]

  def text(self) -> str:
    """Returns the table in columns that line up, numbers to the right."""
    cells = [list(self.columns), *[[_cell(v) for v in r] for r in self.rows]]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    words = [isinstance(value, str) for value in self.rows[0]]
    lines = [
      "  ".join(
        cell.ljust(width) if word else cell.rjust(width)
        for cell, width, word in zip(line, widths, words, strict=True)
      ).rstrip()
      for line in cells
    ]
    return "\n".join([self.title, lines[0], "-" * len(lines[0]), *lines[1:]])

  def show(self) -> None:
    """Prints the table; writes it as CSV if --output_dir is given."""
    print(f"\n{self.text()}", flush=True)
    if _OUTPUT_DIR.value is None:
      return
    folder = pathlib.Path(_OUTPUT_DIR.value)
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f"{self.name}.csv").open("w", newline="") as file:
      csv.writer(file).writerows([self.columns, *self.rows])


def seconds(work: Callable[[], Any]) -> float:
  """Returns how long a call takes, its arrays ready."""
  started = time.perf_counter()
  jax.block_until_ready(work())
  return time.perf_counter() - started


def spread(values: Sequence[float]) -> tuple[float, float, float]:
  """Returns minimum, median and maximum."""
  return float(np.min(values)), float(np.median(values)), float(np.max(values))


def spread_names(name: str) -> tuple[str, str, str]:
  """Returns the names of the three columns that `spread` fills."""
  return f"{name} min", f"{name} median", f"{name} max"


def show_setting(**settings: Any) -> None:
  """Prints machine, versions and settings; writes them with --output_dir."""
  rows = [("machine", machine()), ("load", load()), ("versions", versions())]
  rows += [(name, str(value)) for name, value in settings.items()]
  program = pathlib.Path(sys.argv[0]).stem
  Table(f"{program}_setting", program, ("what", "value"), rows).show()


def machine() -> str:
  """Returns processor, cores and JAX's device."""
  cpuinfo = pathlib.Path("/proc/cpuinfo")
  lines = cpuinfo.read_text().splitlines() if cpuinfo.exists() else []
  models = [line.split(":")[1] for line in lines if line[:10] == "model name"]
  model = models[0].strip() if models else platform.processor()
  return f"{model}, {os.cpu_count()} cores; JAX on {jax.devices()[0]}"


def load() -> str:
  """Returns how busy the machine is before the benchmark adds to it."""
  return f"{os.getloadavg()[0]:.1f} processes in the last minute"


def versions() -> str:
  """Returns the versions that the numbers depend on."""
  found = [f"{name} {importlib.metadata.version(name)}" for name in PACKAGES]
  return ", ".join([f"python {platform.python_version()}", *found])


def _cell(value: Any) -> str:
  """Returns a value as text, real numbers with three significant digits."""
  if not isinstance(value, float):
    return str(value)
  if value == 0 or 1e-4 <= abs(value) < 1e6:
    digits = 2 - int(np.floor(np.log10(abs(value)))) if value else 0
    return f"{value:.{max(digits, 0)}f}"
  return f"{value:.1e}"
