# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Markov games of OpenSpiel, read state by state."""

import itertools
from collections import deque
from collections.abc import Callable
from typing import Any

import numpy as np
from scipy import sparse

from nes_spiel.games import openspiel
from nes_spiel.games.markov_check import check_random_play
from nes_spiel.games.markov_game import MarkovGame
from nes_spiel.games.state_steps import (
  Transition,
  after_chance,
  legal_actions,
  transitions,
)


def markov_game(
  game: Any,
  max_states: int = 10_000,
  key: Callable[[Any], str] = str,
) -> MarkovGame:
  """Reads a Markov game from OpenSpiel, with all states that can be reached.

  States in which players move at once, or one after another; chance between
  them is averaged over. Rewards are differences of returns. A horizon that
  OpenSpiel counts and `key` does not tell, such as soccer's 1000 moves, is left
  out: the game goes on for ever. So is what chance ends before anyone moves.

  Args:
    game: a `pyspiel.Game` such as markov_soccer or pathfinding.
    max_states: more are refused, before they are expanded.
    key: tells states apart; what it leaves out must not matter later.

  Raises:
    ValueError: no OpenSpiel game; one in which players do not see the state, or
      chance is sampled; more states than that, as in games that remember all
      that happened; or 300 steps of random play in which the same actions in
      what `key` calls the same state lead elsewhere, as in pathfinding, where
      reaching a goal is rewarded once.

  Example:
    >>> import pyspiel
    >>> from nes_spiel import games
    >>> soccer = games.markov_game(pyspiel.load_game("markov_soccer"))
    >>> soccer.rewards.shape
    (1444, 2, 5, 5)
  """
  _check_game(game)
  numbers: dict[str, int] = {}
  waiting: deque[Any] = deque()

  def number_of(state: Any) -> int:
    name = key(state)
    if name not in numbers:
      if len(numbers) == max_states:
        raise ValueError(
          f"game: {game} has more than {max_states} states (max_states); the "
          f"last one is {name!r}."
        )
      numbers[name] = len(numbers)
      waiting.append(state)
    return numbers[name]

  first = [
    (number_of(state), probability)
    for state, probability in after_chance(game.new_initial_state())
    if not state.is_terminal()
  ]
  legal: list[list[list[int]]] = []
  found: list[tuple[Transition, int]] = []
  while waiting:
    state, source = waiting.popleft(), len(legal)
    actions = legal_actions(state, game.num_players())
    legal.append(actions)
    for step in transitions(state, source, actions):
      ends = step.target.is_terminal()
      found.append((step, -1 if ends else number_of(step.target)))
  read = _tables(legal, found, first, tuple(numbers))
  check_random_play(game, read, numbers, key)
  return read


def _check_game(game: Any) -> None:
  """Raises ValueError unless a game can be read."""
  if not openspiel.is_game(game):
    raise ValueError(
      "game: expected a pyspiel.Game, such as pyspiel.load_game returns; got "
      f"{type(game).__name__}."
    )
  kind = game.get_type()
  for what, seen, accepted in (
    ("information", kind.information, ("PERFECT_INFORMATION", "ONE_SHOT")),
    ("chance", kind.chance_mode, ("DETERMINISTIC", "EXPLICIT_STOCHASTIC")),
    ("dynamics", kind.dynamics, ("SIMULTANEOUS", "SEQUENTIAL")),
  ):
    if seen.name not in accepted:
      raise ValueError(
        f"game: {game} has {what} {seen.name}, expected one of {accepted}."
      )


def _tables(
  legal: list[list[list[int]]],
  found: list[tuple[Transition, int]],
  first: list[tuple[int, float]],
  names: tuple[str, ...],
) -> MarkovGame:
  """Returns transitions as arrays; a target of -1 ends the game."""
  states, players = len(legal), len(legal[0])
  width = max(len(own) for state in legal for own in state)
  actions = np.full((states, players, width), -1)
  for place in itertools.product(range(states), range(players)):
    own = legal[place[0]][place[1]]
    actions[place][: len(own)] = own
  shape = (states, *[width] * players)
  places = np.array([(step.source, *step.actions) for step, _ in found])
  chances = np.array([step.probability for step, _ in found])
  gained = np.array([step.rewards for step, _ in found])
  rewards = np.zeros((*shape, players))
  np.add.at(rewards, tuple(places.T), chances[:, None] * gained)
  targets = np.array([target for _, target in found])
  on = targets >= 0
  rows = np.ravel_multi_index(tuple(places[on].T), shape)
  size = (int(np.prod(shape)), states)
  start = np.zeros(states)
  for number, probability in first:
    start[number] += probability
  return MarkovGame(
    rewards=np.moveaxis(rewards, -1, 1),
    transitions=sparse.csr_array(
      (chances[on], (rows, targets[on])), shape=size
    ),
    actions=actions,
    start=start,
    names=names,
  )
