# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Warnings name the file of the caller."""

import pytest

from nes_spiel.games import warn_caller


def test_a_warning_names_the_caller():
  with pytest.warns(UserWarning, match="odd") as caught:
    warn_caller.warn_caller("odd")
  assert caught[0].filename == __file__
