# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""What a designer may choose from, and refusals of what is no set."""

import numpy as np
import pytest

from nes_spiel import mechanism_design


def test_the_violation_is_the_largest_miss():
  allowed = mechanism_design.convex_set(
    2,
    [0.0, -1.0],
    np.inf,
    [[1.0, 1.0], [1.0, -1.0]],
    [-np.inf, 0.0],
    [3.0, 0.0],
  )
  for point, missed in (
    ([1.0, 1.0], 0.0),
    ([-0.5, -0.5], 0.5),
    ([2.0, 2.0], 1.0),
    ([1.0, 0.25], 0.75),
    ([0.0, -3.0], 3.0),
  ):
    assert allowed.violation(np.array(point)) == missed


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize(
  ("arguments", "message"),
  [
    ({"lower": 1.0, "upper": 0.0}, "empty, parameter 0 .* between 1.0 and 0.0"),
    ({"lower": [0.0]}, "lower: expected a number or 2 of them"),
    ({"lower": np.inf}, "empty, parameter 0 .* between inf and inf"),
    ({"upper": np.nan}, "upper: expected a number"),
    ({"matrix": np.eye(3)}, r"matrix: expected shape \(m, 2\), got \(3, 3\)"),
    ({"matrix": [[np.nan, 1.0]]}, "matrix: expected finite numbers"),
    ({"matrix": np.eye(2), "most": [1.0]}, "most: expected a number or 2"),
    ({"most": 2.0}, "matrix: least=-inf and most=2.0 bound its rows; got None"),
    ({"least": [0.0]}, "bound its rows; got None"),
    (
      {"lower": 0.0, "matrix": [[1.0, 1.0]], "most": -1.0},
      "the set is empty; HiGHS says",
    ),
  ],
)
def test_what_is_no_set_is_refused(arguments, message):
  with pytest.raises(ValueError, match=message):
    mechanism_design.convex_set(2, **arguments)
