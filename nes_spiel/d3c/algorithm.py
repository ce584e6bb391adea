# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""What an algorithm offers whose agents learn from mixed rewards."""

from typing import Any, NamedTuple, Protocol, runtime_checkable

from jaxtyping import Array, Float, Key

from nes_spiel.d3c.envs import Environment


class Outcome(NamedTuple):
  """What a batch of episodes brought.

  Attributes:
    mixed_returns: `[n]`, g of Algorithm 1: an episode's return as each agent
      received it, discounted or not as the algorithm pleases.
    returns: `[n]`, each agent's own, before they are mixed.
    events: how often what happened in an episode, arrays `[n, ...]` by name
      such as those of an environment's events; None if nobody counts.
  """

  mixed_returns: Float[Array, "*r n"]
  returns: Float[Array, "*r n"]
  events: Any = None


@runtime_checkable
class Algorithm(Protocol):
  """The learner of Algorithm 1, of all agents at once.

  It should be hashable, and have no say in how rewards are mixed.
  """

  def start(self, game: Environment[Any], key: Key[Array, ""]) -> Any:
    """Returns what agents know at first, a pytree of arrays.

    Args:
      game: that they will play.
      key: consumed.
    """

  def learn(
    self,
    game: Environment[Any],
    key: Key[Array, ""],
    learned: Any,
    received: Float[Array, "n n"],
  ) -> tuple[Any, Outcome]:
    """Returns what agents know after a batch of episodes, and what it brought.

    Args:
      game: that they play.
      key: consumed.
      learned: what they know before.
      received: `[n, n]`, row i what agent i receives of everyone's rewards.
    """
