# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Reaches and action values of all information states at once.

Pure functions of a sequence form and both players' policies, as logarithms `[i,
a]`; alpha weighs an objective's psi.
"""

import itertools
from typing import NamedTuple, TypeAlias

import jax.numpy as jnp
from jaxtyping import Float

from nes_spiel.pub_amg.objectives import Objective, Places
from nes_spiel.pub_amg.sequence_form import Array, SequenceForm, Side

Policies: TypeAlias = tuple[Float[Array, "i a"], Float[Array, "j a"]]
SIGNS = (1.0, -1.0)  # of what player 0 gains, in each player's view


class ActionValues(NamedTuple):
  """What a player expects.

  Attributes:
    values: `[i, a]`, of actions (Definition A.4), without the psi of the very
      information state; 0 where it is not reached.
    reach: `[i]`, of information states, by belief, chance and the opponent.
    own: `[i]`, by the player's own actions.
    total: of the game, what J is in the player's view.
  """

  values: Float[Array, "i a"]
  reach: Float[Array, " i"]
  own: Float[Array, " i"]
  total: Float[Array, ""]


def action_values(
  form: SequenceForm,
  player: int,
  policies: Policies,
  objective: Objective,
  alpha: Float[Array, ""] | float,
  best_response: bool = False,
) -> ActionValues:
  """Returns what one player expects of its actions.

  Args:
    form: the game or subgame.
    player: whose view.
    policies: of both.
    objective: its psi.
    alpha: the weight of psi.
    best_response: whether the player goes on by the best response, to the
      objective, rather than by its policy.
  """
  side, other = form.sides[player], 1 - player
  weights = opponent_reach(form, player, policies)
  penalties = alpha * objective.penalty(places(form, other), policies[other])
  gains = SIGNS[player] * form.reward + _padded(penalties)[form.rows[other]]
  worth = _padded(weights * gains)
  reach = jnp.sum(_padded(weights)[side.nodes_at], axis=1)
  log_policy = None if best_response else policies[player]
  values, states = _backward(
    form, player, worth, reach, log_policy, objective, alpha
  )
  acted = (form.sequences[player] < side.legal.size) | (
    form.rows[player] < len(side.first)
  )
  before = jnp.sum(jnp.where(acted, 0, worth[:-1]))
  total = before + jnp.sum(jnp.where(side.first, states, 0))
  return ActionValues(values, reach, own_reach(side, policies[player]), total)


def opponent_reach(
  form: SequenceForm,
  player: int,
  policies: Policies,
) -> Float[Array, " h"]:
  """Returns the reach of nodes by belief, chance and a player's opponent.

  Args:
    form: the game or subgame.
    player: whose opponent.
    policies: of both.
  """
  other = 1 - player
  reach = sequence_reach(form.sides[other], policies[other])
  return form.chance * reach[form.sequences[other]]


def own_reach(
  side: Side, log_policy: Float[Array, "i a"]
) -> Float[Array, " i"]:
  """Returns how likely a player's actions lead to its information states."""
  before = _padded(log_policy.reshape(-1))[side.before]
  return jnp.exp(jnp.sum(before, axis=1))


def sequence_reach(
  side: Side, log_policy: Float[Array, "i a"]
) -> Float[Array, " s"]:
  """Returns how likely a player plays its sequences; the last is of none."""
  reach = own_reach(side, log_policy)[:, None] * jnp.exp(log_policy)
  return jnp.append(reach.reshape(-1), 1.0)


def places(form: SequenceForm, player: int) -> Places:
  """Returns where a player decides."""
  return Places(player, slice(None), form.sides[player].legal)


def _padded(entries: Float[Array, " k"]) -> Float[Array, " k1"]:
  """Returns entries and a 0, to which the tables' fillings point."""
  return jnp.append(entries, 0.0)


def _backward(
  form: SequenceForm,
  player: int,
  worth: Float[Array, " h1"],
  reach: Float[Array, " i"],
  log_policy: Float[Array, "i a"] | None,
  objective: Objective,
  alpha: Float[Array, ""] | float,
) -> tuple[Float[Array, "i a"], Float[Array, " i"]]:
  """Returns values of actions, and reach times value of information states.

  Args:
    form: the game or subgame.
    player: whose.
    worth: of nodes: reach by others times gain; then a 0.
    reach: of information states by others.
    log_policy: how the player goes on; None for the best response.
    objective: its psi.
    alpha: the weight of psi.
  """
  side = form.sides[player]
  after = jnp.sum(worth[side.nodes_after], axis=-1)
  later, values = jnp.zeros(1), jnp.zeros((0, side.legal.shape[1]))
  for start, stop in reversed(list(itertools.pairwise(side.levels))):
    level = slice(start, stop)
    here = Places(player, level, side.legal[level])
    gain = after[level]
    gain += jnp.sum(later[side.rows_after[level] - stop], axis=-1)
    likely = reach[level, None]
    value = jnp.where(likely > 0, gain / jnp.where(likely > 0, likely, 1), 0)
    if log_policy is None:
      chosen = objective.greedy(here, value, alpha)
    else:
      chosen = log_policy[level]
    state = jnp.sum(jnp.exp(chosen) * value, axis=-1)
    state -= alpha * objective.penalty(here, chosen)
    later = jnp.concatenate([reach[level] * state, later])
    values = jnp.concatenate([value, values])
  return values, later[:-1]
