# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Whether a Markov game's states say all that play depends on."""

from collections.abc import Callable
from typing import Any

import numpy as np

from nes_spiel.games.markov_game import MarkovGame
from nes_spiel.games.state_steps import (
  Transition,
  after_chance,
  legal_actions,
  transitions,
)

CHECKED_STEPS = 300  # of random play, against what was read
ROUNDING = 1e-9  # of sums of probabilities and rewards


def check_random_play(
  game: Any,
  read: MarkovGame,
  numbers: dict[str, int],
  key: Callable[[Any], str],
) -> None:
  """Raises ValueError where steps of random play are not as they were read.

  Args:
    game: OpenSpiel's.
    read: what was read of it.
    numbers: of states, by what `key` calls them.
    key: tells states apart.
  """
  rng, players = np.random.default_rng(0), game.num_players()
  sizes = read.strategy_mask.sum(-1).tolist()
  state = game.new_initial_state()
  for _ in range(CHECKED_STEPS):
    ends = list(after_chance(state))
    state = ends[rng.choice(len(ends), p=[chance for _, chance in ends])][0]
    if state.is_terminal():
      state = game.new_initial_state()
      continue
    here, actions = numbers.get(key(state), -1), legal_actions(state, players)
    if here < 0 or [len(own) for own in actions] != sizes[here]:
      raise _ambiguous(game, key(state))
    joint = tuple(int(rng.integers(len(own))) for own in actions)
    steps = list(transitions(state, here, actions, [joint]))
    if not _are_as_read(steps, read, numbers, key):
      raise _ambiguous(game, key(state))
    likely = [step.probability for step in steps]
    state = steps[rng.choice(len(steps), p=likely)].target


def _are_as_read(
  steps: list[Transition],
  read: MarkovGame,
  numbers: dict[str, int],
  key: Callable[[Any], str],
) -> bool:
  """Returns whether a joint action's rewards and targets are as they were."""
  here, joint = steps[0].source, steps[0].actions
  shape = (len(read.names), *read.rewards.shape[2:])
  row = np.ravel_multi_index((here, *joint), shape)
  column = np.ravel_multi_index(joint, shape[1:])
  rewards = read.rewards[here].reshape(len(joint), -1)[:, int(column)].copy()
  chances = read.transitions[[int(row)]].toarray()[0]
  for step in steps:
    rewards -= step.probability * step.rewards
    if step.target.is_terminal():
      continue
    if key(step.target) not in numbers:
      return False
    chances[numbers[key(step.target)]] -= step.probability
  return bool(max(np.abs(rewards).max(), np.abs(chances).max()) <= ROUNDING)


def _ambiguous(game: Any, name: str) -> ValueError:
  """Returns what says that play goes on differently from the same state."""
  return ValueError(
    f"key: in {game} the state {name!r} does not tell what actions lead to; "
    "give a key that says more of what happened before."
  )
