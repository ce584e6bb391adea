# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Any agent of OpenSpiel learns under D3C: its environment mixes the rewards.

What an agent of `open_spiel.python` learns from are the time steps of an
`rl_environment.Environment`. Here their rewards are mixed on the way, and rows
are learned by Algorithm 1 of Gemp et al. (2022) from what agents received.
"""

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pyspiel
from jaxtyping import Array, Float, Key
from open_spiel.python import rl_environment

from nes_spiel.d3c import mixed_rows, mixings
from nes_spiel.d3c.agent_steps import AGENT_MODES
from nes_spiel.d3c.mixed_rows import History, MixingProgress
from nes_spiel.d3c.mixing_options import MixingOptions
from nes_spiel.games import number_checks, validation

MIXED_MODES = (*AGENT_MODES, "fixed")


class MixedEnvironment:
  """An environment of OpenSpiel in which agents receive A~^T r.

  It stands wherever an `rl_environment.Environment` does: rewards are mixed,
  nothing else is changed, and what is not here is that environment's. Mixed
  rewards add up to the game's at every step. An iteration of Algorithm 1 ends
  with an episode; rows that it moves are in use from the next `reset` on.

  Attributes:
    is_evaluation: may be set; an episode with a step under it is mixed as any
      other, but rows do not move by it.

  Example:
    >>> import jax
    >>> from open_spiel.python import rl_environment
    >>> from nes_spiel.d3c import openspiel
    >>> game = "repeated_game(stage_game=matrix_pd(),num_repetitions=10)"
    >>> bare = rl_environment.Environment(game)
    >>> environment = openspiel.MixedEnvironment(bare, jax.random.key(0))
    >>> time_step = environment.reset()
    >>> while not time_step.last():
    ...   time_step = environment.step([0, 1])
    >>> round(sum(time_step.rewards), 6), environment.history.earned.tolist()
    (10.0, [[0.0, 100.0]])
  """

  def __init__(
    self,
    environment: rl_environment.Environment,
    key: Key[Array, ""],
    *,
    mode: str = "d3c",
    options: MixingOptions | None = None,
    opts_in: Sequence[bool] | None = None,
    mixing: Any = None,
    episodes_per_iteration: int = 1,
  ):
    """Wraps an environment.

    Args:
      environment: of a game with rewards at every step and two or more players.
      key: of the trials; the game's own chance is the environment's.
      mode: "d3c"; or what stays as it is, "selfish", everyone with what they
        earn, "cooperative", all with the mean, or "fixed", with `mixing`.
      options: how rows are learned, in mode "d3c"; its defaults if None.
      opts_in: `[n]`, who takes part, all if None.
      mixing: `[n, n]`, A in mode "fixed", or at the start of "d3c"; row i is
        what agent i gives, a distribution.
      episodes_per_iteration: k, whose mean return is g of Algorithm 1. Chance
        of the game should not hide what a trial does.

    Raises:
      ValueError: a game with rewards at the end only or with one player, an
        unknown mode, options of another kind, a number out of its range, a mask
        or a matrix that does not fit, rows that are no distributions, or a
        matrix in another mode.
    """
    self._environment = environment
    _check_game(environment)
    number_checks.check_choice("mode", mode, MIXED_MODES)
    number_checks.check_count("episodes_per_iteration", episodes_per_iteration)
    self._mode = mode
    self._options = _checked(options)
    self._episodes_per_iteration = int(episodes_per_iteration)
    of_start, self._key = jax.random.split(key)
    agents = environment.num_players
    states = mixed_rows.checked_first_rows(
      of_start, self._options, agents, mode, opts_in, mixing
    )
    self.is_evaluation = False
    self.restore(mixed_rows.first_progress(jax.device_get(states)))

  def __getattr__(self, name: str) -> Any:
    """Returns what the environment has and this has not."""
    if name == "_environment":  # while a copy is being made
      raise AttributeError(name)
    return getattr(self._environment, name)

  @property
  def mixing(self) -> Float[np.ndarray, "n n"]:
    """A, `[n, n]`, rows on the simplex, without the change of a trial."""
    return mixed_rows.probabilities(self._states.log_row)

  @property
  def trial(self) -> Float[np.ndarray, "n n"]:
    """A~, `[n, n]`, by which rewards of an episode that begins are mixed."""
    return mixed_rows.probabilities(self._states.log_trial)

  @property
  def history(self) -> History:
    """What happened so far."""
    returns = np.reshape(self._means, (-1, 2, len(self._states.agent)))
    return History(returns[:, 0], returns[:, 1], np.stack(self._mixings))

  @property
  def progress(self) -> MixingProgress:
    """All that is remembered, but for an episode that is not over."""
    episodes = np.asarray(self._episodes, np.int32)
    return MixingProgress(
      self._states, episodes, self._returns.copy(), self.history
    )

  def restore(self, progress: MixingProgress) -> None:
    """Goes on from a `progress`, with the next `step` or `reset` as an episode.

    An environment with the same key and arguments, which is played the same,
    then ends with the same numbers as that from which `progress` is.

    Raises:
      ValueError: of another number of agents, or rows that are none. That it
        is of another game cannot be seen.
    """
    progress = jax.device_get(progress)
    mixing = jnp.exp(jnp.asarray(progress.states.log_row))
    mixings.check_mixing(mixing, self._environment.num_players)
    self._states, self._episodes = progress.states, int(progress.episodes)
    self._returns = np.array(progress.returns)
    history = progress.history
    self._means = list(np.stack([history.earned, history.received], axis=1))
    self._mixings = list(history.mixing)
    self._begun = False

  def reset(self) -> rl_environment.TimeStep:
    """Returns the first time step of a new episode."""
    return self._receive(self._environment.reset())

  def step(self, actions: Sequence[Any]) -> rl_environment.TimeStep:
    """Returns the time step after some actions, or the first of an episode."""
    if not self._begun:
      return self.reset()
    return self._receive(self._environment.step(actions))

  def get_time_step(self) -> rl_environment.TimeStep:
    """Returns where the episode stands, without a move."""
    return self._mixed(self._environment.get_time_step())[0]

  def _receive(
    self, time_step: rl_environment.TimeStep
  ) -> rl_environment.TimeStep:
    """Returns a time step with mixed rewards, and counts these."""
    if time_step.first():
      self._begin()
      return time_step
    mixed, returns = self._mixed(time_step)
    self._episode += returns
    self._counts &= not self.is_evaluation
    if time_step.last() and self._counts:
      self._end_episode()
    return mixed

  def _begin(self) -> None:
    """Takes the rows of the trial; of an episode before, nothing is left."""
    self._begun, self._counts = True, not self.is_evaluation
    self._given = self.trial
    self._episode = np.zeros_like(self._returns)

  def _mixed(
    self, time_step: rl_environment.TimeStep
  ) -> tuple[rl_environment.TimeStep, Float[np.ndarray, "2 n"]]:
    """Returns a time step with mixed rewards, and both kinds of rewards."""
    earned = np.asarray(time_step.rewards, np.float64)
    received = earned @ self._given
    mixed = time_step._replace(rewards=received.tolist())
    return mixed, np.stack([earned, received])

  def _end_episode(self) -> None:
    """Counts an episode, and with enough of them ends an iteration."""
    self._returns += self._episode
    self._episodes += 1
    if self._episodes == self._episodes_per_iteration:
      self._end_iteration(self._returns / self._episodes)
      self._returns, self._episodes = np.zeros_like(self._returns), 0

  def _end_iteration(self, means: Float[np.ndarray, "2 n"]) -> None:
    """Lets rows learn, from the mean returns of both kinds of rewards."""
    validation.check_finite("returns", means)
    if self._mode == "d3c":
      number = np.int32(len(self._means))
      updated = mixed_rows.updated(
        self._key, number, self._options, self._states, means[1]
      )
      self._states = jax.device_get(updated)
    self._means.append(means)
    self._mixings.append(self.mixing)


def _checked(options: MixingOptions | None) -> MixingOptions:
  """Returns how rows are learned, the defaults if None."""
  if options is None:
    return MixingOptions()
  if not isinstance(options, MixingOptions):
    raise ValueError(f"options: expected MixingOptions, got {options!r}.")
  return options


def _check_game(environment: rl_environment.Environment) -> None:
  """Raises ValueError unless rewards of a game can be mixed at every step."""
  if not hasattr(environment, "get_time_step"):
    raise ValueError(
      "environment: expected an rl_environment.Environment, got "
      f"{type(environment).__name__}; rl_environment.Environment(game) makes "
      "one."
    )
  number_checks.check_count("num_players", environment.num_players, lowest=2)
  accepted = pyspiel.GameType.RewardModel.REWARDS
  seen = environment.game.get_type().reward_model
  if seen != accepted:
    raise ValueError(
      f"reward_model: expected a game with {accepted}, rewards at every step, "
      f"got {seen} of {environment.name}; repeated_game(stage_game="
      "matrix_pd(),num_repetitions=10) has them, for example."
    )
