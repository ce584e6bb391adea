# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""How far policies are from an equilibrium of the public-belief game.

There the others' rules answer a deviation, as functions of the belief, so that
a best response is no linear problem.
"""

from typing import Any, NamedTuple

import jax
import numpy as np
from jaxtyping import Bool, Float

from nes_spiel.pub_amg import (
  leader_program,
  leader_search,
  objectives,
  policies,
  rule_deviations,
  solver,
  sweeps,
)
from nes_spiel.pub_amg.information_states import uniform_rule
from nes_spiel.pub_amg.leader import (
  Leader,
  leader_slope,
  leader_values,
  read_leader,
  variation,
)
from nes_spiel.pub_amg.objectives import (
  MiniMaxEnt,
  Objective,
  Places,
  neutral_policy,
)
from nes_spiel.pub_amg.public_game import PublicGame
from nes_spiel.pub_amg.sweeps import Policies

INWARD = 1e-10  # of the way to a uniform rule
ROUNDING = 1e-9  # by which a lower bound may exceed the upper one


class PublicExploitability(NamedTuple):
  """The mean of what either player gains, in the public-belief game.

  Attributes:
    value: the best deviations that were found.
    lower: the same, certified: those deviations are policies.
    upper: above which there is none.
  """

  value: float
  lower: float
  upper: float


def public_exploitability(
  game: PublicGame,
  policy: Any = None,
  alpha: float = 0.0,
  objective: Any = MiniMaxEnt,
  regularized: bool = False,
  tolerance: float = 1e-3,
  max_pieces: int = 1_000_000,
) -> PublicExploitability:
  """Returns bounds of the exploitability in the public-belief game.

  In a game of two time steps: the exploitability of the leader's rule in
  `policy`, against a follower who answers every rule greedily. The leader's
  best rule is found by a global search.

  In a longer game: bounds for the policy that plays the regularized equilibrium
  of every subgame. The lower bound tries deterministic decision rules at every
  public belief state of one player; the upper bound adds the most that psi can
  hide.

  Args:
    game: the game.
    policy: of the leader, as `policies.from_openspiel` takes it or as
      logarithms; None for the regularized equilibrium at alpha.
    alpha: of the answers; 0 only in games of two steps, and with a policy.
    objective: `MiniMaxEnt` or `MiniMaxKL`, as `solve` takes it.
    regularized: whether psi counts in what players gain.
    tolerance: how far apart the bounds of a leader's value may be.
    max_pieces: how many sets of rules the search may look at.

  Raises:
    ValueError: no `PublicGame`; numbers out of range; a policy that is none; in
      a game of other than two steps a policy, alpha 0, `regularized`, which is
      0 there, or more than 4096 deterministic rules at a public belief state.
  """
  _check_numbers(alpha, tolerance, max_pieces)
  objective = objectives.checked(objective, game)
  if not isinstance(objective, MiniMaxEnt):
    raise ValueError(
      "objective: bounds are known for MiniMaxEnt and MiniMaxKL, got "
      f"{type(objective).__name__}."
    )
  with jax.enable_x64(True):
    if game.last_time != 1:
      if policy is not None or regularized or alpha == 0:
        raise ValueError(
          f"game: {game.name} has other than two time steps, where the plain "
          "exploitability of the equilibria at an alpha above 0 is bounded; "
          f"got alpha {alpha}, regularized {regularized} and "
          f"{'no' if policy is None else 'a'} policy."
        )
      return _certified(rule_deviations.bound(game, alpha, objective))
    tables = _tables(game, policy, alpha, objective)
    leader = read_leader(game)
    best = leader_bounds(
      leader, objective, alpha, regularized, tolerance, max_pieces
    )
    other = _follower_total(
      game, leader, tables, objective, alpha if regularized else 0.0
    )
  return _certified(leader_search.Bounds(*((x + other) / 2 for x in best)))


def _check_numbers(alpha: float, tolerance: float, max_pieces: int) -> None:
  """Raises ValueError for numbers out of range."""
  objectives.check_alpha(alpha)
  if not 0 < tolerance < np.inf:
    raise ValueError(
      f"tolerance: expected a finite number above 0, got {tolerance}."
    )
  if not max_pieces >= 1:
    raise ValueError(f"max_pieces: expected 1 or more, got {max_pieces}.")


def _certified(bounds: leader_search.Bounds) -> PublicExploitability:
  """Returns bounds as what they bound; who does not deviate gains 0."""
  if not np.isfinite(bounds).all():
    raise RuntimeError(f"Bounds are not finite: {bounds}.")
  if bounds.lower > bounds.upper + ROUNDING * max(1.0, abs(bounds.upper)):
    raise RuntimeError(f"The lower bound is above the upper one: {bounds}.")
  lower = max(0.0, bounds.lower)
  return PublicExploitability(lower, lower, max(lower, bounds.upper))


def leader_bounds(
  leader: Leader,
  objective: Objective,
  alpha: float,
  regularized: bool,
  tolerance: float,
  max_pieces: int,
) -> leader_search.Bounds:
  """Returns bounds of the most that a leader's rule gains.

  Args:
    leader: the game.
    objective: its psi.
    alpha: at which the follower answers.
    regularized: whether psi counts; then the value is concave in the rule.
    tolerance: how far apart the bounds may be.
    max_pieces: how many sets of rules may be looked at.
  """
  if alpha == 0:
    return leader_program.solve(leader)

  def slope(rule: Any) -> Any:
    found = leader_slope(leader, rule, objective, alpha, regularized)
    value, gradient = jax.device_get(found)
    return float(value), gradient

  best = _best_found(slope, leader.legal)
  if regularized:
    return _concave_bounds(slope, best, leader.legal)
  there = Places(1 - leader.player, slice(None), leader.answers)
  neutral = np.asarray(neutral_policy(objective, there))
  return leader_search.bound(
    lambda rules: _in_chunks(leader, rules, objective, alpha),
    variation(leader, neutral, alpha),
    leader.legal,
    slope(best)[0],
    tolerance,
    max_pieces,
  )


def _best_found(
  slope: leader_search.Slope, legal: Bool[np.ndarray, "i a"]
) -> Float[np.ndarray, "i a"]:
  """Returns the best rule that climbing from several others leads to."""
  found = [
    leader_search.climb(slope, start, legal)
    for start in leader_search.starts(legal)
  ]
  return max(found, key=lambda rule: slope(rule)[0])


def _concave_bounds(
  slope: leader_search.Slope,
  rule: Float[np.ndarray, "i a"],
  legal: Bool[np.ndarray, "i a"],
) -> leader_search.Bounds:
  """Returns bounds of a concave value's maximum, from the slope at a rule."""
  even = uniform_rule(legal)
  inside = (1 - INWARD) * rule + INWARD * even  # psi is steep at an edge
  lower, gradient = slope(inside)
  ahead = np.where(legal, gradient, -np.inf).max(-1)
  room = ahead - (inside * gradient).sum(-1)
  return leader_search.Bounds(lower, lower + float(room.sum()))


def _tables(
  game: PublicGame, policy: Any, alpha: float, objective: Objective
) -> Policies:
  """Returns both players' policies, as logarithms."""
  if policy is None and alpha == 0:
    raise ValueError(
      "alpha: expected a number above 0, or a policy beside it, got 0."
    )
  if policy is None:
    return solver.solve(game, alpha, objective).log_policies
  return policies.log_tables(game, policy)


def _follower_total(
  game: PublicGame,
  leader: Leader,
  tables: Policies,
  objective: Objective,
  alpha: float,
) -> float:
  """Returns what the follower's best response to the rule earns in total."""
  return float(
    sweeps.action_values(
      game.form,
      1 - leader.player,
      tables,
      objective,
      alpha,
      best_response=True,
    ).total
  )


def _in_chunks(
  leader: Leader,
  rules: Float[np.ndarray, "m i a"],
  objective: Objective,
  alpha: float,
) -> Float[np.ndarray, " m"]:
  """Returns `leader_values`, compiled for chunks of one size."""
  size = leader_search.CHUNK
  count = -(-len(rules) // size)
  padded = np.resize(rules, (count * size, *rules.shape[1:]))
  values = [
    leader_values(leader, piece, objective, alpha)
    for piece in np.split(padded, count)
  ]
  return np.concatenate(values)[: len(rules)]
