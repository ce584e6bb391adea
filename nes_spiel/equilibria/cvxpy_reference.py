# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Eq. 6 stated in CVXPY: an independent solver to check ours against.

The primal problem is written down as it stands, in joint and epsilon, with
u_p = (max_eps_p - eps_p) / (max_eps_p - target_eps_p) in place of epsilon so
that the solver sees numbers of order one.
"""

import warnings
from typing import Any, NamedTuple

import cvxpy as cp
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from nes_spiel.equilibria import gains, polytope
from nes_spiel.equilibria.problem import Problem
from nes_spiel.games import masks


class Reference(NamedTuple):
  """What CVXPY's solver returned, on the standardised scale.

  Attributes:
    joint: `[*a]`, as returned: neither clipped nor normalised.
    epsilon: `[n]`.
    duals: `[n, d]` or `[n, d, d]`.
    objective: the value of Eq. 6.
    status: CVXPY's own word, "optimal" when all went well.
  """

  joint: Float[np.ndarray, "*a"]
  epsilon: Float[np.ndarray, " n"]
  duals: Float[np.ndarray, "..."]
  objective: float
  status: str


class CvxpyReference:
  """Eq. 6 for one shape and concept, compiled once, solved for many games."""

  def __init__(
    self, shape: tuple[int, ...], concept: gains.Concept, shared: bool = False
  ):
    """States the problem with parameters in place of the game.

    Args:
      shape: `(a_1, ..., a_n)`.
      concept: "ce" or "cce".
      shared: whether one epsilon serves all players.

    Raises:
      ValueError: an unknown concept.
    """
    gains.check_concept(concept)
    self.shape, self.concept, self.shared = shape, concept, shared
    players, joints = len(shape), int(np.prod(shape))
    strategies = jnp.asarray(masks.full_strategy_mask(shape))
    self.dual_mask = np.asarray(gains.dual_mask(strategies, concept))
    rows = self.dual_mask.reshape(players, -1)
    owner = np.repeat(np.arange(players), rows.sum(1))
    owner = np.zeros_like(owner) if shared else owner
    groups = 1 if shared else players
    self.gains = cp.Parameter((len(owner), joints))
    self.reference = cp.Parameter(joints)
    self.room = cp.Parameter(groups, nonneg=True)
    self.top = cp.Parameter(groups)
    self.weight = cp.Parameter(groups, nonneg=True)
    self.joint = cp.Variable(joints, nonneg=True)
    self.slack = cp.Variable(groups)
    per_player = np.eye(groups)[owner]
    epsilon = self.top - cp.multiply(self.room, self.slack)
    self.constraint = self.gains @ self.joint <= per_player @ epsilon
    objective = (
      cp.sum(cp.entr(self.joint))
      + self.reference @ self.joint
      + self.weight @ (cp.entr(self.slack) + self.slack)
    )
    self.problem = cp.Problem(
      cp.Maximize(objective), [cp.sum(self.joint) == 1, self.constraint]
    )

  def set_game(self, problem: Problem) -> None:
    """Writes an unpadded standardised problem into the parameters."""
    # Of CE, deviations from a strategy to itself are no constraints.
    kept = [
      ~np.eye(k, dtype=bool).reshape(-1)
      if self.concept == "ce"
      else np.ones(k, bool)
      for k in self.shape
    ]
    rows = polytope.gain_rows(np.asarray(problem.payoffs), self.concept)
    self.gains.value = rows[np.concatenate(kept)]
    groups = self.room.size
    top = np.asarray(problem.max_epsilon)[:groups]
    room = top - np.asarray(problem.target_epsilon)[:groups]
    self.reference.value = np.asarray(problem.reference_logits).reshape(-1)
    self.top.value, self.room.value = top, room
    self.weight.value = float(problem.rho) * room

  def solve(self, solver: str = "CLARABEL", **options: Any) -> Reference:
    """Solves for the game that was set.

    Args:
      solver: the name of a CVXPY solver that handles exponential cones.
      **options: passed to it.

    Returns:
      What the solver returned; NaN where it returned nothing.
    """
    return self._read(self.run(solver, **options))

  def run(self, solver: str = "CLARABEL", **options: Any) -> str:
    """As `solve`, but returns the status alone; `joint` has its value."""
    with warnings.catch_warnings():
      # CVXPY warns of inaccurate solutions; `status` says it.
      warnings.simplefilter("ignore", UserWarning)
      try:
        # A warm start would keep the tolerances of the call before.
        self.problem.solve(solver=solver, warm_start=False, **options)
        return str(self.problem.status)
      except cp.SolverError as error:
        return f"solver_error: {error}"

  def _read(self, status: str) -> Reference:
    """Collects the variables' values."""
    joint, slack = self.joint.value, self.slack.value
    duals = np.zeros(self.dual_mask.shape)
    if joint is None or status.startswith("solver_error"):
      joint = np.full(self.joint.shape, np.nan)
      slack = np.full(self.slack.shape, np.nan)
      duals[self.dual_mask], value = np.nan, np.nan
    else:
      duals[self.dual_mask] = self.constraint.dual_value
      value = float(self.problem.value)
    epsilon = self.top.value - self.room.value * slack
    return Reference(
      joint=joint.reshape(self.shape),
      epsilon=np.broadcast_to(epsilon, (len(self.shape),)),
      duals=duals,
      objective=value,
      status=status,
    )
