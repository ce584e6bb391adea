# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""What options are refused, with the value seen and what is accepted."""

import math

import numpy as np
import pytest

from nes_spiel.games import number_checks


@pytest.mark.parametrize(
  ("check", "arguments", "message"),
  [
    ("choice", ("x", "c", ("a", "b")), r"x: expected one of \['a', 'b'\].*'c'"),
    ("flag", ("x", 1), "x: expected True or False, got 1"),
    ("count", ("x", 2.0), "x: expected a whole number >= 1, got 2.0"),
    ("count", ("x", True), "x: .* got True"),
    ("count", ("x", 9, 2, 8), "x: expected a whole number from 2 to 8, got 9"),
    ("number", ("x", -1), "x: expected a number >= 0.0, got -1"),
    ("number", ("x", "1"), "x: .* got '1'"),
    ("number", ("x", math.inf), "x: .* got inf"),
    ("number", ("x", 2, 0, 1), "x: expected a number from 0 to 1, got 2"),
    ("inside", ("x", 0.0, 0), "x: expected a number > 0, got 0.0"),
    ("inside", ("x", math.nan, 0, 1), "x: .* between 0 and 1, got nan"),
    ("inside", ("x", 1.0, 0, 1), "x: .* between 0 and 1, got 1.0"),
    ("around_zero", ("low, high", 0.0, 1.0), "low, high: .* got 0.0 and 1.0"),
    ("around_zero", ("low, high", "a", 1.0), "low, high: .* got 'a' and 1.0"),
  ],
)
def test_what_is_refused(check, arguments, message):
  with pytest.raises(ValueError, match=message):
    getattr(number_checks, f"check_{check}")(*arguments)


def test_what_is_accepted():
  number_checks.check_choice("x", "a", ("a", "b"))
  number_checks.check_flag("x", False)
  number_checks.check_count("x", np.int32(1))
  number_checks.check_count("x", 0, 0)
  number_checks.check_number("x", np.float32(0.5), 0, 1)
  number_checks.check_inside("x", 0.5, 0, 1)
  number_checks.check_around_zero("low, high", -math.inf, math.inf)
