# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""What every benchmark prints, also as CSV and Markdown with --output_dir."""

import pathlib
import sys
from collections.abc import Sequence
from typing import Any

from absl import flags

from nes_spiel.examples import setting, tables
from nes_spiel.examples.stopwatch import seconds, spread, spread_names

__all__ = ["seconds", "show", "show_setting", "spread", "spread_names"]

_OUTPUT_DIR = flags.DEFINE_string(
  "output_dir", None, "Folder for every table as CSV and as Markdown."
)


def show(
  name: str,
  title: str,
  columns: Sequence[str],
  rows: Sequence[Sequence[Any]],
) -> None:
  """Prints a table; writes it if --output_dir is given."""
  _show(tables.Table(name, title, columns, rows))


def show_setting(**settings: Any) -> None:
  """Prints machine, versions and settings; writes them with --output_dir."""
  _show(setting.table(pathlib.Path(sys.argv[0]).stem, **settings))


def _show(table: tables.Table) -> None:
  print(f"\n{table.text()}", flush=True)
  if _OUTPUT_DIR.value:
    tables.write(_OUTPUT_DIR.value, table)
