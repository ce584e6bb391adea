# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Pages name tests that exist."""

import pathlib
import re

import pytest

ROOT = pathlib.Path(__file__).parents[1]
PAGES = sorted((ROOT / "docs").glob("*.md"))


def named_tests(page):
  return re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", page.read_text())


def test_where_the_papers_err_names_tests():
  assert len(named_tests(ROOT / "docs" / "where_the_papers_err.md")) > 20


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_tests_that_are_named_exist(page):
  for path, name in named_tests(page):
    text = (ROOT / path).read_text()
    assert re.search(rf"^def {name}\(", text, re.MULTILINE), (path, name)
