# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Our equilibria inside OpenSpiel's multi-agent Q-learners.

Nash-Q (Hu and Wellman 2003) and correlated-Q (Greenwald and Hall 2003) solve
the game of a state's Q-values before each move and each update. OpenSpiel's
`tabular_multiagent_qlearner` takes what does so as a function.
"""

import dataclasses
from typing import Any

import numpy as np
from jaxtyping import Float

from nes_spiel import nes, solvers
from nes_spiel.equilibria import Selection
from nes_spiel.equilibria.joints import player_marginals
from nes_spiel.games import validation
from nes_spiel.meta_solvers.meta_solver import warn_unless_converged


@dataclasses.dataclass(frozen=True)
class JointActionSolver:
  """What `MultiagentQLearner` takes as `joint_action_solver`.

  A learner draws its own action from its marginal, as OpenSpiel's do. The
  games of many states are solved in one call by `batch`, and all transitions
  by `solve_markov_game`.

  Attributes:
    concept: "ce", "cce", or "ne" for two-player zero-sum games.
    selection: which equilibrium, the maximum-entropy one if None.
    method: of `nes_spiel.solve`.
    model: the network, for a method that has one; the shipped one if None.
    max_entries: payoffs in a game, n times the number of joint actions, above
      which it is refused.

  Example:
    >>> import numpy as np
    >>> from nes_spiel import meta_solvers
    >>> solver = meta_solvers.JointActionSolver("ce")
    >>> pennies = np.array([[[1.0, -1.0], [-1.0, 1.0]]] * 2)
    >>> pennies[1] *= -1
    >>> mixtures, values = solver(pennies)
    >>> mixtures[0].round(3).tolist(), np.abs(values).round(6).tolist()
    ([0.5, 0.5], [0.0, 0.0])
  """

  concept: solvers.Concept = "ce"
  selection: Selection | None = None
  method: solvers.Method = "auto"
  model: nes.Model | None = None
  max_entries: int = 1_000_000

  def __call__(
    self, payoffs_array: Float[np.ndarray, "n *a"]
  ) -> tuple[list[Float[np.ndarray, " a"]], list[float]]:
    """Returns each player's mixed strategy, and what the joint is worth to it.

    Args:
      payoffs_array: `[n, *a]`, the Q-values of a state.

    Raises:
      ValueError: what `solve` refuses, or more than `max_entries` payoffs.
      SolverError: the joint is not finite.
    """
    payoffs = np.asarray(validation.check_payoffs(payoffs_array), float)
    joints, values = self.batch(payoffs[None])
    return player_marginals(joints[0]), values[0].tolist()

  def batch(
    self, payoffs: Float[np.ndarray, "b n *a"], strategy_mask: Any = None
  ) -> tuple[Float[np.ndarray, "b *a"], Float[np.ndarray, "b n"]]:
    """Returns joints of many states in one call, and what they are worth.

    A warning is logged for every state whose solver did not converge.

    Args:
      payoffs: `[b, n, *a]`, their Q-values.
      strategy_mask: `[b, n, d]`, all actions if None.

    Raises:
      ValueError: as when called.
      SolverError: a joint is not finite.
    """
    entries = int(np.prod(np.shape(payoffs)[1:]))
    if entries > self.max_entries:
      raise ValueError(
        f"payoffs: a game of {np.shape(payoffs)[1:]} has {entries} payoffs, "
        f"more than max_entries, {self.max_entries}."
      )
    found = solvers.solve_batch(
      payoffs,
      self.concept,
      self.selection,
      self.method,
      strategy_mask,
      model=self.model,
    )
    if not np.isfinite(found.joint).all():
      found.check()
    if self.method != "nes":
      warn_unless_converged("JointActionSolver", found, payoffs.shape[2:])
    joints = np.maximum(found.joint, 0)
    joints /= joints.sum(axis=tuple(range(1, joints.ndim)), keepdims=True)
    return joints, solvers.expected_values(payoffs, joints)
