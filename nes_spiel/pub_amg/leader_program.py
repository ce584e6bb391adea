# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""A leader's best rule without regularization, by a linear program."""

import numpy as np
from jaxtyping import Float
from scipy import optimize

from nes_spiel.pub_amg.leader import Leader


def solve(leader: Leader) -> tuple[float, Float[np.ndarray, "i a"]]:
  """Returns the most that a rule guarantees, and such a rule.

  Maximises constant + <ended, rule> + sum_k t_k with t_k <= <rule, gains_kb>.

  Args:
    leader: the game; answers minimise.
  """
  rows, width = leader.legal.shape
  count = len(leader.answers)
  limits = [
    np.append(-leader.gains[:, :, k, b].reshape(-1), np.eye(count)[k])
    for k, b in np.argwhere(leader.answers)
  ]
  sums = np.hstack(
    [np.repeat(np.eye(rows), width, axis=1), np.zeros((rows, count))]
  )
  allowed = [(0.0, float(legal)) for legal in leader.legal.reshape(-1)]
  found = optimize.linprog(
    -np.append(leader.ended.reshape(-1), np.ones(count)),
    A_ub=np.array(limits),
    b_ub=np.zeros(len(limits)),
    A_eq=sums,
    b_eq=np.ones(rows),
    bounds=allowed + [(None, None)] * count,
  )
  if found.status != 0:
    raise RuntimeError(f"The linear program was not solved: {found.message}")
  rule = found.x[: rows * width].reshape(rows, width)
  return float(leader.constant) - float(found.fun), rule
