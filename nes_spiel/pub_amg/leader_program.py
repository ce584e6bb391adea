# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""A leader's best rule without regularization, by a linear program."""

import numpy as np
from jaxtyping import Float
from scipy import optimize

from nes_spiel.equilibria.quantal_response import distributions
from nes_spiel.pub_amg.leader import Leader
from nes_spiel.pub_amg.leader_search import Bounds


def solve(leader: Leader) -> Bounds:
  """Returns bounds on the most that any rule of the leader guarantees.

  The lower one is what the rule that was found guarantees, the upper one what
  an answer that is fixed beforehand leaves to any rule.

  Maximises constant + <ended, rule> + sum_k t_k with t_k <= <rule, gains_kb>.
  The bounds are computed from the solution and its dual, made distributions,
  so that they hold whatever the tolerance of the program.

  Args:
    leader: the game; answers minimise.
  """
  rows, width = leader.legal.shape
  count = len(leader.answers)
  places = np.argwhere(leader.answers)
  limits = [
    np.append(-leader.gains[:, :, k, b].reshape(-1), np.eye(count)[k])
    for k, b in places
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
  answer = np.zeros(leader.answers.shape)
  answer[tuple(places.T)] = -found.ineqlin.marginals
  return _certified(leader, distributions(rule), distributions(answer))


def _certified(
  leader: Leader,
  rule: Float[np.ndarray, "i a"],
  answer: Float[np.ndarray, "k b"],
) -> Bounds:
  """Returns what a rule and an answer prove."""
  answered = np.einsum("ia,iakb->kb", rule, leader.gains)
  worst = np.min(answered, axis=1, where=leader.answers, initial=np.inf)
  lower = leader.constant + np.sum(rule * leader.ended) + worst.sum()
  left = leader.ended + np.einsum("kb,iakb->ia", answer, leader.gains)
  best = np.max(left, axis=1, where=leader.legal, initial=-np.inf)
  return Bounds(float(lower), float(leader.constant + best.sum()))
