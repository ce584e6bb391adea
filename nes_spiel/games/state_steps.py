# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Steps of OpenSpiel's states, with chance between moves written out.

States are read by their own methods, so that importing this module does not
load OpenSpiel.
"""

import itertools
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float


class Transition(NamedTuple):
  """One way in which a joint action may end."""

  source: int
  actions: tuple[int, ...]
  probability: float
  rewards: Float[np.ndarray, " n"]
  target: Any  # OpenSpiel's state


def legal_actions(state: Any, players: int) -> list[list[int]]:
  """Returns every player's actions, 0 alone of who does not move."""
  simultaneous = state.is_simultaneous_node()
  moves = range(players) if simultaneous else (state.current_player(),)
  return [
    (list(state.legal_actions(player)) if player in moves else []) or [0]
    for player in range(players)
  ]


def transitions(
  state: Any,
  source: int,
  actions: list[list[int]],
  joints: Iterable[tuple[int, ...]] | None = None,
) -> Iterator[Transition]:
  """Yields where joint actions lead, all if None, and with what."""
  before = np.array(state.returns())
  if joints is None:
    joints = itertools.product(*(range(len(own)) for own in actions))
  for joint in joints:
    chosen = [own[index] for own, index in zip(actions, joint, strict=True)]
    child = state.clone()
    if state.is_simultaneous_node():
      child.apply_actions(chosen)
    else:
      child.apply_action(chosen[state.current_player()])
    for target, probability in after_chance(child):
      rewards = np.array(target.returns()) - before
      yield Transition(source, joint, probability, rewards, target)


def after_chance(
  state: Any, probability: float = 1.0
) -> Iterator[tuple[Any, float]]:
  """Yields what chance leads to until somebody moves or the game ends."""
  if not state.is_chance_node():
    yield state, probability
    return
  for action, share in state.chance_outcomes():
    yield from after_chance(state.child(action), probability * share)
