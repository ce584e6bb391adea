# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Markov games: a normal-form game in every state, whose play leads to others.

OpenSpiel's games are read by their own methods, so that importing this module
does not load OpenSpiel.
"""

import itertools
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Bool, Float, Int
from scipy import sparse

from nes_spiel.games import openspiel

CHECKED_STEPS = 300  # of random play, against what was read


class MarkovGame(NamedTuple):
  """States of which each is a game of one joint action.

  Attributes:
    rewards: `[s, n, *a]`, of all players, expected over where play leads.
    transitions: sparse `[s * |A|, s]`, the probability of the next state by
      state and joint action; rows lack what ends the game.
    actions: `[s, n, d]`, OpenSpiel's number of each action, -1 for none; a
      player who does not move has one, 0.
    start: `[s]`, the probability of a first state.
    names: of states, as OpenSpiel prints them.
  """

  rewards: Float[np.ndarray, "s n *a"]
  transitions: sparse.csr_array
  actions: Int[np.ndarray, "s n d"]
  start: Float[np.ndarray, " s"]
  names: tuple[str, ...]

  @property
  def strategy_mask(self) -> Bool[np.ndarray, "s n d"]:
    """Which actions a state has."""
    return self.actions >= 0

  def action_values(
    self, values: Float[np.ndarray, "s n"], discount: float
  ) -> Float[np.ndarray, "s n *a"]:
    """Returns rewards plus discounted values of next states (Bellman).

    Args:
      values: `[s, n]`, of all states to all players.
      discount: gamma, of a step.
    """
    states, players, *sizes = self.rewards.shape
    later = (self.transitions @ values).reshape(states, *sizes, players)
    return self.rewards + discount * np.moveaxis(later, -1, 1)


class _Transition(NamedTuple):
  """One way in which a joint action may end."""

  source: int
  actions: tuple[int, ...]
  probability: float
  rewards: Float[np.ndarray, " n"]
  target: Any  # OpenSpiel's state


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
    for state, probability in _after_chance(game.new_initial_state())
    if not state.is_terminal()
  ]
  legal: list[list[list[int]]] = []
  found: list[tuple[_Transition, int]] = []
  while waiting:
    state, source = waiting.popleft(), len(legal)
    actions = _legal_actions(state, game.num_players())
    legal.append(actions)
    for step in _transitions(state, source, actions):
      ends = step.target.is_terminal()
      found.append((step, -1 if ends else number_of(step.target)))
  read = _tables(legal, found, first, tuple(numbers))
  _check_random_play(game, read, numbers, key)
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


def _legal_actions(state: Any, players: int) -> list[list[int]]:
  """Returns every player's actions, 0 alone of who does not move."""
  moves = range(players) if state.is_simultaneous_node() else ()
  return [
    list(state.legal_actions(player)) or [0]
    if player in moves or player == state.current_player()
    else [0]
    for player in range(players)
  ]


def _transitions(
  state: Any,
  source: int,
  actions: list[list[int]],
  joints: Iterable[tuple[int, ...]] | None = None,
) -> Iterator[_Transition]:
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
    for target, probability in _after_chance(child):
      rewards = np.array(target.returns()) - before
      yield _Transition(source, joint, probability, rewards, target)


def _after_chance(
  state: Any, probability: float = 1.0
) -> Iterator[tuple[Any, float]]:
  """Yields what chance leads to until somebody moves or the game ends."""
  if not state.is_chance_node():
    yield state, probability
    return
  for action, share in state.chance_outcomes():
    yield from _after_chance(state.child(action), probability * share)


def _ambiguous(game: Any, name: str) -> ValueError:
  """Returns what says that play goes on differently from the same state."""
  return ValueError(
    f"key: in {game} the state {name!r} does not tell what actions lead to; "
    "give a key that says more of what happened before."
  )


def _check_random_play(
  game: Any,
  read: MarkovGame,
  numbers: dict[str, int],
  key: Callable[[Any], str],
) -> None:
  """Raises ValueError where steps of random play are not as they were read."""
  rng, players = np.random.default_rng(0), game.num_players()
  sizes = read.strategy_mask.sum(-1).tolist()
  shape = (len(read.names), *read.rewards.shape[2:])
  state = game.new_initial_state()
  for _ in range(CHECKED_STEPS):
    ends = list(_after_chance(state))
    state = ends[rng.choice(len(ends), p=[chance for _, chance in ends])][0]
    if state.is_terminal():
      state = game.new_initial_state()
      continue
    here, actions = numbers.get(key(state), -1), _legal_actions(state, players)
    if here < 0 or [len(own) for own in actions] != sizes[here]:
      raise _ambiguous(game, key(state))
    joint = tuple(int(rng.integers(len(own))) for own in actions)
    row = int(np.ravel_multi_index((here, *joint), shape))
    column = int(np.ravel_multi_index(joint, shape[1:]))
    rewards = read.rewards[here].reshape(len(joint), -1)[:, column].copy()
    chances = read.transitions[[row]].toarray()[0]
    steps = list(_transitions(state, here, actions, [joint]))
    for step in steps:
      rewards -= step.probability * step.rewards
      if step.target.is_terminal():
        continue
      if key(step.target) not in numbers:
        raise _ambiguous(game, key(state))
      chances[numbers[key(step.target)]] -= step.probability
    if max(np.abs(rewards).max(), np.abs(chances).max()) > 1e-9:
      raise _ambiguous(game, key(state))
    likely = [step.probability for step in steps]
    state = steps[rng.choice(len(steps), p=likely)].target


def _tables(
  legal: list[list[list[int]]],
  found: list[tuple[_Transition, int]],
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
