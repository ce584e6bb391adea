# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""README's Python runs from top to bottom, in one session of a new process."""

import pathlib
import re
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).parents[1]


def blocks():
  text = (ROOT / "README.md").read_text()
  return re.findall(r"^```python\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def test_the_first_example_has_six_lines():
  lines = [line for line in blocks()[0].splitlines() if line]
  assert len(lines) <= 6


def test_no_section_is_there_twice():
  text = (ROOT / "README.md").read_text()
  headings = re.findall(r"^#+ .*$", text, re.MULTILINE)
  assert len(headings) == len(set(headings))


@pytest.mark.reference
def test_every_block_runs(tmp_path):
  assert len(blocks()) >= 4
  done = subprocess.run(
    [sys.executable, "-c", "\n".join(blocks())],
    cwd=tmp_path,
    capture_output=True,
    text=True,
    timeout=600,
    check=False,
  )
  assert done.returncode == 0, done.stderr
