# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Normal-form games as games of losses: agents learn mixed strategies."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from nes_spiel.d3c.game import Game, Recipe
from nes_spiel.d3c.games.strategy_spaces import (
  Gaussian,
  Uniform,
  unit_interval,
)
from nes_spiel.equilibria import mixed_profiles
from nes_spiel.games import masks, validation


def from_payoffs(payoffs: Any, name: str = "normal_form") -> Game:
  """Returns a normal-form game whose agents have softmax policies.

  A loss is the payoff with its sign turned. Payoffs of any OpenSpiel matrix or
  tensor game come from `nes_spiel.games.from_openspiel`.

  Args:
    payoffs: `[n, *a]`, or one array per player.
    name: of the game.

  Raises:
    ValueError: what `games.check_payoffs` refuses, or a single player.

  Example:
    >>> from nes_spiel import d3c, games
    >>> game = d3c.games.from_payoffs(games.classics.chicken())
    >>> game.num_agents, float(game.optimal_loss)
    (2, -12.0)
  """
  costs = -np.asarray(validation.check_payoffs(payoffs), float)
  if len(costs) < 2:
    raise ValueError(f"payoffs: expected at least 2 players, got {len(costs)}.")
  mask = masks.full_strategy_mask(costs.shape[1:])
  return Game(
    parameters=(costs, np.where(mask, 0.0, -np.inf)),
    optimal_loss=float(costs.sum(0).min()),
    nash_loss=float("nan"),
    name=name,
    num_agents=len(costs),
    loss_function=_expected_costs,
    start=Gaussian(mask.shape),
    recipe=Recipe(step_size=0.1, mixing_step_size=1.0, epsilon=0.1, steps=2000),
  )


def _expected_costs(
  parameters: tuple[Float[Array, "n *a"], Float[Array, "n d"]],
  logits: Float[Array, "n d"],
) -> Float[Array, " n"]:
  """Returns expected costs under softmax policies over what strategies are."""
  costs, exists = (jnp.asarray(x, logits.dtype) for x in parameters)
  profile = jax.nn.softmax(logits + exists, axis=1)
  return jnp.stack(
    [mixed_profiles.expected_payoff(cost, profile) for cost in costs]
  )


def bilinear(first: Any, second: Any) -> Game:
  """Returns x_1^T B_1 x_2 and x_1^T B_2 x_2 for two strategies (Appendix F.7).

  Each agent learns the probability of their first strategy, on [0, 1]. Fully
  cooperative agents descend a saddle, and end in whichever of its minima is
  downhill from where they start: no local method finds the better one always.

  Args:
    first: `[2, 2]`, B_1.
    second: `[2, 2]`, B_2.

  Raises:
    ValueError: another shape, or a number that is not finite.
  """
  matrices = np.stack([np.asarray(x, float) for x in (first, second)])
  if matrices.shape != (2, 2, 2):
    raise ValueError(
      f"bilinear: expected two matrices of shape (2, 2), got {matrices.shape}."
    )
  validation.check_finite("bilinear", matrices)
  return Game(
    parameters=matrices,
    optimal_loss=float(matrices.sum(0).min()),
    nash_loss=float("nan"),
    name="bilinear",
    num_agents=2,
    loss_function=_bilinear_losses,
    start=Uniform((2, 1), 0.0, 1.0),
    recipe=Recipe(
      step_size=0.01, mixing_step_size=0.1, epsilon=0.1, steps=4000
    ),
    project=unit_interval,
  )


def _bilinear_losses(
  matrices: Float[Array, "2 2 2"], strategies: Float[Array, "2 1"]
) -> Float[Array, " 2"]:
  """Returns what mixed strategies (p, 1 - p) and (q, 1 - q) lose."""
  mixed = jnp.concatenate([strategies, 1 - strategies], axis=1)
  values = jnp.asarray(matrices, strategies.dtype)
  return jnp.einsum("nab,a,b->n", values, mixed[0], mixed[1])
