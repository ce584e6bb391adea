# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""What the first of two steps gains when the second answers its decision rule.

In the public-belief game of two steps the follower's policy is a function of
the leader's rule: at the belief that the rule leads to it plays the greedy
answer. What the leader gains by a rule is then not linear, and for alpha > 0
not concave either.
"""

import dataclasses
import functools

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Bool, Float

from nes_spiel.pub_amg import nested
from nes_spiel.pub_amg.objectives import Objective, Places
from nes_spiel.pub_amg.public_game import PublicGame
from nes_spiel.pub_amg.sequence_form import Array, SequenceForm
from nes_spiel.pub_amg.sweeps import SIGNS

# The largest t^2 exp(-t), at t = 2.
LARGEST_SQUARE = 4 * float(np.exp(-2))


@jax.tree_util.register_dataclass
@dataclasses.dataclass(frozen=True, eq=False)
class Leader:
  """A game of two steps in the leader's view, linear in its rule `[i, a]`.

  Attributes:
    player: who leads; the other follows.
    constant: what it gains where nobody acts.
    ended: `[i, a]`, what it gains by an action where nobody follows.
    gains: `[i, a, k, b]`, by an action in row i with the follower's in row k.
    leads_to: `[i, a, k]`, the probability of row k after the action.
    arrives: `[i]`, the probability of row i.
    legal: `[i, a]`.
    answers: `[k, b]`, the legal ones.
  """

  player: int = dataclasses.field(metadata={"static": True})
  constant: Float[Array, ""] | float
  ended: Float[Array, "i a"]
  gains: Float[Array, "i a k b"]
  leads_to: Float[Array, "i a k"]
  arrives: Float[Array, " i"]
  legal: Bool[Array, "i a"]
  answers: Bool[Array, "k b"]


def read_leader(game: PublicGame) -> Leader:
  """Returns the leader's view.

  Raises:
    ValueError: a game of another number of steps, or of one actor.
  """
  actors = [step.player for step in nested.time_steps(game)]
  if sorted(actors) != [0, 1]:
    raise ValueError(
      f"game: expected one step of each player, {game.name} has {actors}."
    )
  return leader_view(game.form, actors[0])


def leader_view(form: SequenceForm, leader: int) -> Leader:
  """Returns the leader's view of a game or subgame of two steps.

  Args:
    form: the game or subgame.
    leader: who acts first.
  """
  follower = 1 - leader
  legal, answers = form.sides[leader].legal, form.sides[follower].legal
  table = np.zeros((legal.size + 1, answers.size + 1))
  worth = SIGNS[leader] * form.chance * form.reward
  np.add.at(table, (form.sequences[leader], form.sequences[follower]), worth)
  leads_to = np.zeros((legal.size + 1, len(answers) + 1))
  np.add.at(
    leads_to, (form.sequences[leader], form.rows[follower]), form.chance
  )
  arrives = np.zeros(len(legal) + 1)
  np.add.at(arrives, form.rows[leader], form.chance)
  return Leader(
    player=leader,
    constant=float(table[-1, -1]),
    ended=table[:-1, -1].reshape(legal.shape),
    gains=table[:-1, :-1].reshape(*legal.shape, *answers.shape),
    leads_to=leads_to[:-1, :-1].reshape(*legal.shape, len(answers)),
    arrives=arrives[:-1],
    legal=legal,
    answers=answers,
  )


@functools.partial(jax.jit, static_argnames=("regularized",))
def leader_value(
  leader: Leader,
  rule: Float[Array, "i a"],
  objective: Objective,
  alpha: Float[Array, ""] | float,
  regularized: bool,
) -> Float[Array, ""]:
  """Returns what the leader expects of a rule that is answered.

  Args:
    leader: the game.
    rule: `[i, a]`, probabilities.
    objective: its psi.
    alpha: at which the follower answers.
    regularized: whether psi counts, with weight alpha.
  """
  gains = jnp.einsum("ia,iakb->kb", rule, leader.gains)
  reach = jnp.einsum("ia,iak->k", rule, leader.leads_to)
  safe = jnp.where(reach > 0, reach, 1)[:, None]
  there = Places(1 - leader.player, slice(None), leader.answers)
  answer = objective.greedy(there, -gains / safe, alpha)
  total = leader.constant + jnp.sum(rule * leader.ended)
  total += jnp.sum(jnp.exp(answer) * gains)
  if not regularized:
    return total
  here = Places(leader.player, slice(None), leader.legal)
  safe_rule = jnp.where(rule > 0, rule, 1)
  log_rule = jnp.where(rule > 0, jnp.log(safe_rule), -jnp.inf)
  own = jnp.sum(leader.arrives * objective.penalty(here, log_rule))
  return total + alpha * (
    jnp.sum(reach * objective.penalty(there, answer)) - own
  )


@functools.partial(jax.jit, static_argnames=("regularized",))
def leader_slope(
  leader: Leader,
  rule: Float[Array, "i a"],
  objective: Objective,
  alpha: Float[Array, ""] | float,
  regularized: bool,
) -> tuple[Float[Array, ""], Float[Array, "i a"]]:
  """Returns `leader_value` and its derivative by the rule."""
  differentiate = jax.value_and_grad(leader_value, argnums=1)
  return differentiate(leader, rule, objective, alpha, regularized)


@jax.jit
def leader_values(
  leader: Leader,
  rules: Float[Array, "m i a"],
  objective: Objective,
  alpha: Float[Array, ""] | float,
) -> Float[Array, " m"]:
  """Returns `leader_value`, without psi, of many rules."""
  each = jax.vmap(leader_value, in_axes=(None, 0, None, None, None))
  return each(leader, rules, objective, alpha, False)


def variation(
  leader: Leader, log_neutral: Float[np.ndarray, "k b"], alpha: float
) -> Float[np.ndarray, " i"]:
  """Returns how fast the value without psi changes with each row's rule.

  Between two rules it changes by at most the sum over rows of this times their
  total variation distance. The derivative by rule[i, a] is, with the answer y
  to values q and G, P the gains and probabilities of the action,

    ended + sum_k <y_k, G_k> - Cov_y(q_k, G_k - P_k q_k) / alpha

  The covariance is at most the deviation of q, sqrt(E_y (q - min q)^2), times
  half the range of the other. y falls like rho exp(-q / alpha), rho the neutral
  policy, so that the former is at most alpha sqrt((1 / min rho - 1) 4 / e^2).

  For answers of `MiniMaxEnt` and `MiniMaxKL`.

  Args:
    leader: the game.
    log_neutral: `[k, b]`, rho, the follower's policy at values of zero, as
      logarithms.
    alpha: at which the follower answers, above 0.
  """
  where = np.broadcast_to(leader.answers, leader.gains.shape)
  low = np.min(leader.gains, axis=-1, where=where, initial=np.inf)
  high = np.max(leader.gains, axis=-1, where=where, initial=-np.inf)
  reach = np.asarray(leader.leads_to)
  unit = np.where(reach > 0, (high - low) / np.where(reach > 0, reach, 1), 0)
  widest = unit.max(axis=(0, 1))
  rarest = np.exp(np.min(log_neutral, axis=-1, where=leader.answers, initial=0))
  deviation = np.sqrt(LARGEST_SQUARE * np.maximum(1 / rarest - 1, 0))
  deviation = np.minimum(deviation, widest / (2 * alpha))
  extra = deviation * (high - low + reach * widest) / 2
  lowest = leader.ended + (low - extra).sum(-1)
  highest = leader.ended + (high + extra).sum(-1)
  return np.max(highest, axis=-1, where=leader.legal, initial=-np.inf) - np.min(
    lowest, axis=-1, where=leader.legal, initial=np.inf
  )
