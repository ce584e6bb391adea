# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""README's Python runs from top to bottom, in one session of a new process."""

import pathlib
import re

import pytest

README = pathlib.Path(__file__).parents[1] / "README.md"


def test_the_first_example_has_at_most_six_lines(python_blocks):
  lines = [line for line in python_blocks(README)[0].splitlines() if line]
  assert len(lines) <= 6


def test_no_section_is_there_twice():
  headings = re.findall(r"^#+ .*$", README.read_text(), re.MULTILINE)
  assert len(headings) == len(set(headings))


@pytest.mark.reference
def test_every_block_runs(python_blocks, run_blocks):
  assert python_blocks(README)
  run_blocks(README)
