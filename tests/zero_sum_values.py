# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Values of zero-sum games by another program than ours."""

import numpy as np
from scipy import optimize


def minimax(payoffs):
  """Returns a matrix game's value to who chooses rows, by HiGHS."""
  rows, columns = payoffs.shape
  found = optimize.linprog(
    np.append(np.zeros(rows), -1.0),
    A_ub=np.hstack([-payoffs.T, np.ones((columns, 1))]),
    b_ub=np.zeros(columns),
    A_eq=np.append(np.ones(rows), 0.0)[None],
    b_eq=[1.0],
    bounds=[(0, None)] * rows + [(None, None)],
  )
  assert found.status == 0
  return found.x[-1]
