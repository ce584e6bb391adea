# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Games of differentiable losses, whose agents learn to mix them."""

import dataclasses
import math
from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Key

from nes_spiel.games import number_checks

LossFunction = Callable[[Any, Float[Array, "n k"]], Float[Array, " n"]]
Start = Callable[[Key[Array, ""]], Float[Array, "n k"]]
Projection = Callable[[Float[Array, "n k"]], Float[Array, "n k"]]


@dataclasses.dataclass(frozen=True)
class Recipe:
  """How agents learn in a game.

  Attributes:
    step_size: eta_x, of the strategies.
    mixing_step_size: eta_A, of entropic mirror descent on rows of A.
    epsilon: of Eq. 11; above 0 agents also shift while their loss stands still.
    steps: how many, of both at once.
    kl_weight: nu of Eq. 9, which draws rows back to the agents' own losses.
    own_share: A_ii at the start, the rest is shared equally.
    lowest, highest: what the logits of A are clipped to in a step, before they
      are normalised (Algorithm 1).
    scale_free: whether the gradients of A and epsilon are in units of the own
      loss's squared gradient, so that A learns at the same rate whatever units
      losses come in.
    annealed: whether epsilon falls to zero over the steps, in a line.

  Raises:
    ValueError: a number out of its range.
  """

  step_size: float = 0.1
  mixing_step_size: float = 0.1
  epsilon: float = 0.1
  steps: int = 500
  kl_weight: float = 0.0
  own_share: float = 0.99
  lowest: float = -math.inf
  highest: float = math.inf
  scale_free: bool = False
  annealed: bool = False

  def __post_init__(self) -> None:
    """Checks the ranges."""
    for name in ("step_size", "mixing_step_size", "epsilon", "kl_weight"):
      number_checks.check_number(name, getattr(self, name))
    number_checks.check_count("steps", self.steps)
    number_checks.check_inside("own_share", self.own_share, 0, 1)
    number_checks.check_around_zero(
      "lowest, highest", self.lowest, self.highest
    )
    number_checks.check_flag("scale_free", self.scale_free)
    number_checks.check_flag("annealed", self.annealed)


@jax.tree_util.register_dataclass
@dataclasses.dataclass(frozen=True, eq=False)
class Game:
  """A game of n agents with losses that can be differentiated.

  Its arrays are leaves of a pytree, so that games of one kind can be stacked.

  Attributes:
    parameters: what `loss_function` takes first.
    optimal_loss: the smallest total loss; -inf where there is none.
    nash_loss: the total loss in the Nash equilibrium, NaN where it is not the
      only one or not known.
    name: for tables and pictures.
    num_agents: n.
    loss_function: from parameters and strategies `[n, k]` to losses `[n]`.
    start: from a key to first strategies `[n, k]`.
    recipe: how agents learn here unless told otherwise.
    project: from any strategies to the nearest allowed ones, after a step;
      rates and bounds are of steps without it.
  """

  parameters: Any
  optimal_loss: Float[Array, "*b"] | float
  nash_loss: Float[Array, "*b"] | float
  name: str = dataclasses.field(metadata={"static": True})
  num_agents: int = dataclasses.field(metadata={"static": True})
  loss_function: LossFunction = dataclasses.field(metadata={"static": True})
  start: Start = dataclasses.field(metadata={"static": True})
  recipe: Recipe = dataclasses.field(
    default=Recipe(), metadata={"static": True}
  )
  project: Projection = dataclasses.field(
    default=lambda strategies: strategies, metadata={"static": True}
  )

  def losses(self, strategies: Float[Array, "n k"]) -> Float[Array, " n"]:
    """Returns what every agent loses.

    Args:
      strategies: `[n, k]`, a row per agent.
    """
    return self.loss_function(self.parameters, strategies)


def stack(games: Sequence[Game]) -> Game:
  """Returns games of one kind as one, with a leading axis on its arrays.

  Raises:
    ValueError: no games, or games of several kinds.
  """
  if not games:
    raise ValueError("games: expected at least one, got none.")
  kinds = {jax.tree.structure(game) for game in games}
  if len(kinds) > 1:
    names = sorted({game.name for game in games})
    raise ValueError(f"games: expected games of one kind, got {names}.")
  return jax.tree.map(lambda *leaves: jnp.stack(leaves), *games)


def check_game(game: Game, several: bool = False) -> None:
  """Raises ValueError unless losses are one finite number per agent.

  Args:
    game: one, or a stack of them.
    several: whether it is a stack, of which all are checked.
  """
  agents = game.num_agents
  strategies = game.start(jax.random.key(0))
  if strategies.ndim != 2 or len(strategies) != agents:
    raise ValueError(
      f"{game.name}: start should return strategies [n, k] with n = {agents} "
      f"agents, got shape {strategies.shape}."
    )
  losses = _losses_of_each(game, several, strategies)
  if losses.shape[1:] != (agents,):
    raise ValueError(
      f"{game.name}: losses should be [n] with n = {agents} agents, got shape "
      f"{losses.shape[1:]}."
    )
  (bad,) = np.nonzero(~np.isfinite(losses).all(1))
  if bad.size:
    which = f" (games[{bad[0]}])" if several else ""
    raise ValueError(
      f"{game.name}{which}: losses should be finite at the start, got "
      f"{losses[bad[0]]}."
    )


def _losses_of_each(
  game: Game, several: bool, strategies: Float[Array, "n k"]
) -> Float[np.ndarray, "b *shape"]:
  """Returns what `losses` makes of strategies, whatever its shape, per game."""
  if not several:
    return np.asarray(game.losses(strategies))[None]
  return np.asarray(jax.vmap(Game.losses, (0, None))(game, strategies))
