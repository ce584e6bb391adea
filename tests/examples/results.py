# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Reads what the examples write."""

import csv

PNG = b"\x89PNG\r\n\x1a\n"


def read_rows(path):
  """Returns the rows of a CSV file, dictionaries by column."""
  with path.open(newline="") as file:
    return list(csv.DictReader(file))


def rows_by(path, column):
  """Returns the rows of a CSV file by what a column holds, the last of each."""
  return {row[column]: row for row in read_rows(path)}


def assert_picture(path):
  """Asserts that there is a PNG with something on it."""
  assert path.read_bytes().startswith(PNG), path
  assert path.stat().st_size > 1000, path
