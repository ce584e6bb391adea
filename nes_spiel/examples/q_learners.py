# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Two of OpenSpiel's Q-learners in an environment that mixes their rewards."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import jax
import numpy as np
import pyspiel
from jaxtyping import Float, Int
from open_spiel.python import (
  games,  # noqa: F401, registers what is written in Python
  rl_environment,
  rl_tools,
)
from open_spiel.python.algorithms import tabular_qlearner

from nes_spiel.d3c import learner, openspiel

# In both, action 0 cooperates; stage rewards are 0, 1, 5 and 10.
GAMES = {
  "python_iterated_prisoners_dilemma": "python_iterated_prisoners_dilemma()",
  "repeated_matrix_pd": (
    "repeated_game(stage_game=matrix_pd(),num_repetitions=10,recall=1)"
  ),
}


class Run(NamedTuple):
  """How two agents got on.

  Attributes:
    cooperation: `[episodes]`, the share of an episode's moves that cooperate.
    moves: `[episodes]`, how many there were.
    attention: `[iterations + 1]`, the mean over agents.
  """

  cooperation: Float[np.ndarray, " episodes"]
  moves: Int[np.ndarray, " episodes"]
  attention: Float[np.ndarray, " iterations+1"]

  def last_cooperation(self) -> float:
    """Returns the share of moves that cooperate in the last tenth."""
    last = slice(-(len(self.moves) // 10), None)
    return float(np.average(self.cooperation[last], weights=self.moves[last]))


class _Instead:
  """What another object is, but for some attributes."""

  def __init__(self, other: Any, **attributes: Any):
    self.__dict__.update(attributes, _other=other)

  def __getattr__(self, name: str) -> Any:
    return getattr(self._other, name)


def observed(game: Any) -> Any:
  """Returns a game that an environment takes: with nothing to see, if needed.

  `rl_environment` refuses games without tensors, such as
  `python_iterated_prisoners_dilemma`; here these get a constant one.
  """
  kind = game.get_type()
  if kind.provides_observation_tensor or kind.provides_information_state_tensor:
    return game

  def begin() -> _Instead:
    return _Instead(
      game.new_initial_state(), observation_tensor=lambda player: [1.0]
    )

  kind = _Instead(kind, provides_observation_tensor=True)
  return _Instead(
    game,
    get_type=lambda: kind,
    observation_tensor_size=lambda: 1,
    new_initial_state=begin,
  )


def make_environment(
  game: str, seed: int, **options: Any
) -> openspiel.MixedEnvironment:
  """Returns one of `GAMES`, with rewards mixed as `options` say."""
  chance = rl_environment.ChanceEventSampler(seed)
  bare = rl_environment.Environment(
    observed(pyspiel.load_game(GAMES[game])), chance_event_sampler=chance
  )
  return openspiel.MixedEnvironment(bare, jax.random.key(seed), **options)


def train(
  environment: Any, seed: int, episodes: int, exploration: float, bar: Any
) -> Run:
  """Returns how two Q-learners got on in an environment.

  Args:
    environment: of two players.
    seed: of the agents, for NumPy's global generator, which they use.
    episodes: how many.
    exploration: the share of moves at random, half of which cooperate.
    bar: of tqdm, moved on by every episode.
  """
  np.random.seed(seed)
  # They do not discount the future, they ignore it: a move of a prisoner
  # without memory changes nothing there, and its noise would hide the present.
  constant = rl_tools.ConstantSchedule(exploration)
  agents = [
    tabular_qlearner.QLearner(
      player,
      environment.action_spec()["num_actions"],
      epsilon_schedule=constant,
      discount_factor=0.0,
    )
    for player in range(environment.num_players)
  ]
  shares = np.zeros(episodes)
  moves = np.zeros(episodes, int)
  for episode in range(episodes):
    actions = play(environment, agents)
    shares[episode] = np.mean(np.equal(actions, 0))
    moves[episode] = np.size(actions)
    bar.update()
  return Run(shares, moves, attention(environment.history.mixing))


def attention(mixing: Float[np.ndarray, "t n n"]) -> Float[np.ndarray, " t"]:
  """Returns ln(A_ii / A_ij), the mean over agents, over time."""
  with np.errstate(divide="ignore"):
    log_rows = np.log(mixing).astype(np.float32)
  return np.asarray(jax.vmap(learner.attention)(log_rows)).mean(axis=1)


def play(environment: Any, agents: Sequence[Any]) -> list[list[int]]:
  """Returns what agents did in an episode, from which they learn."""
  time_step, actions = environment.reset(), []
  while not time_step.last():
    actions.append([agent.step(time_step).action for agent in agents])
    time_step = environment.step(actions[-1])
  for agent in agents:
    agent.step(time_step)
  return actions
