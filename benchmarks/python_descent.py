# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Magnetic mirror descent in plain Python, as one would write it first.

The sweeps of `pub_amg.descent` with `MiniMaxEnt`, by a walk over the tree with
lists and dictionaries: what arrays and compilation are worth.
"""

import math
from typing import Any, NamedTuple


class Node(NamedTuple):
  """A history.

  Attributes:
    actor: 0, 1, -1 for chance or -4 at the end.
    name: the acting player's information state; else empty.
    chances: of chance's outcomes, else empty.
    children: by action or outcome.
    reward: player 0's, at the end.
  """

  actor: int
  name: str
  chances: tuple[float, ...]
  children: tuple[Any, ...]
  reward: float


Policy = dict[tuple[int, str], list[float]]


def read(state: Any) -> Node:
  """Returns the tree of an OpenSpiel state with turns."""
  actor = state.current_player()
  if state.is_terminal():
    return Node(actor, "", (), (), state.returns()[0])
  if state.is_chance_node():
    actions, chances = zip(*state.chance_outcomes(), strict=True)
  else:
    actions, chances = state.legal_actions(), ()
  name = "" if actor < 0 else state.information_state_string(actor)
  children = tuple(read(state.child(action)) for action in actions)
  return Node(actor, name, chances, children, 0.0)


def uniform(node: Node, policy: Policy) -> Policy:
  """Fills a policy with uniform probabilities; returns it."""
  if node.actor >= 0:
    count = len(node.children)
    policy[node.actor, node.name] = [1 / count] * count
  for child in node.children:
    uniform(child, policy)
  return policy


def sweep(root: Node, policy: Policy, alpha: float, step_size: float) -> Policy:
  """Returns the policy after one mirror step everywhere."""
  gains: Policy = {key: [0.0] * len(row) for key, row in policy.items()}
  reach = dict.fromkeys(policy, 0.0)

  def value(node: Node, others: tuple[float, float]) -> float:
    """Returns J to player 0; adds up what actions are worth.

    Args:
      node: from where.
      others: the reach by chance and player 1, and by chance and player 0.
    """
    if not node.children:
      return node.reward
    if node.actor < 0:
      return sum(
        chance * value(child, (others[0] * chance, others[1] * chance))
        for chance, child in zip(node.chances, node.children, strict=True)
      )
    key, mover = (node.actor, node.name), node.actor
    sign, total = 1 - 2 * mover, 0.0
    reach[key] += others[mover]
    for action, child in enumerate(node.children):
      chance = policy[key][action]
      moved = (
        (others[0], others[1] * chance)
        if mover == 0
        else (others[0] * chance, others[1])
      )
      worth = value(child, moved)
      gains[key][action] += sign * others[mover] * worth
      total += chance * (worth - sign * alpha * math.log(chance))
    return total

  value(root, (1.0, 1.0))
  return {
    key: _step(row, gains[key], reach[key], alpha, step_size)
    for key, row in policy.items()
  }


def _step(
  row: list[float],
  gains: list[float],
  reach: float,
  alpha: float,
  step_size: float,
) -> list[float]:
  """Returns probabilities after one step."""
  if reach == 0:
    return [1 / len(row)] * len(row)
  scores = [
    (math.log(chance) + step_size * gain / reach) / (1 + alpha * step_size)
    for chance, gain in zip(row, gains, strict=True)
  ]
  highest = max(scores)
  weights = [math.exp(score - highest) for score in scores]
  total = sum(weights)
  return [weight / total for weight in weights]
