# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Local price of anarchy: what it is on a step, and what bounds it.

Agents who step together along -F see a game of one number each: how far they
go. Its price of anarchy (Definition 1) is what their bounds, which need first
derivatives only, stay above as the step shrinks.
"""

import math
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Int

from nes_spiel.d3c import mixings
from nes_spiel.d3c.game import Game
from nes_spiel.d3c.local_change import LocalChange, Losses, local_change
from nes_spiel.games import number_checks, validation


def utilitarian_bound(
  change: LocalChange,
  step_size: Float[Array, ""] | float,
  mu_bound: float = math.inf,
) -> Float[Array, ""]:
  """Returns the bound of Theorem 1 on the local price of anarchy.

  max_i 1 + dt ReLU(d/dt log f^A_i + |grad_{x_i} f^A_i|^2 / (mu f^A_i)). It
  holds up to O(dt^2), which shows where all agents' rates are nearly equal.

  Args:
    change: along the dynamics.
    step_size: dt.
    mu_bound: mu-bar of Eq. 83, which divides the squared gradients; to first
      order the bound holds without that term, as it is if infinite.

  Returns:
    At least 1; inf where a mixed loss is not positive.
  """
  squared = jnp.sum(jnp.square(change.field), axis=1)
  numerators = change.mixed_rates + squared / mu_bound
  bounds = 1 + step_size * jax.nn.relu(numerators / change.mixed_losses)
  positive = (change.mixed_losses > 0).all()
  return jnp.where(positive, jnp.max(bounds), jnp.inf)


def egalitarian_bound(
  change: LocalChange,
  step_size: Float[Array, ""] | float,
  mu_bound: float = math.inf,
) -> Float[Array, ""]:
  """Returns the bound of Theorem 2, where the value is the largest loss.

  It holds up to O(dt^2) where that loss stays the largest over the step; one
  that overtakes it may exceed the bound by O(dt).

  Args:
    change: along the dynamics.
    step_size: dt.
    mu_bound: mu-bar of Eq. 83, which divides the squared gradients.

  Returns:
    At least 1; inf where the largest mixed loss is not positive.
  """
  worst = jnp.argmax(change.mixed_losses)
  largest = change.mixed_losses[worst]
  squared = jnp.sum(jnp.square(change.field))
  numerator = change.mixed_rates[worst] + squared / mu_bound
  bound = 1 + step_size * jax.nn.relu(numerator / largest)
  return jnp.where(largest > 0, bound, jnp.inf)


def additive_bound(
  change: LocalChange, step_size: Float[Array, ""] | float, epsilon: float = 0.0
) -> Float[Array, " n"]:
  """Returns each agent's part of the additive bound, which Eq. 11 descends.

  dt ReLU(df^A_i/dt + epsilon) (Eq. 97): for losses of any sign.

  Args:
    change: along the dynamics.
    step_size: dt.
    epsilon: of Eq. 11.

  Returns:
    `[n]`, in units of loss.
  """
  return step_size * jax.nn.relu(change.mixed_rates + epsilon)


def local_price_of_anarchy_bound(
  game: Game,
  strategies: Float[Array, "n k"],
  mixing: Float[Array, "n n"] | None = None,
  *,
  step_size: float,
  mu_bound: float = math.inf,
  egalitarian: bool = False,
) -> Float[Array, ""]:
  """Returns the bound of Theorem 1, or 2, where agents are.

  Args:
    game: with positive losses.
    strategies: `[n, k]`.
    mixing: `[n, n]`, A, rows are distributions; the identity if None.
    step_size: dt.
    mu_bound: mu-bar of Eq. 83, above 0, which divides the squared gradients;
      infinite to leave their term out.
    egalitarian: the bound of Theorem 2.

  Raises:
    ValueError: a step or `mu_bound` that is not positive, a mixing whose rows
      are no distributions, or any mixed loss that is not positive.

  Example:
    >>> import jax.numpy as jnp
    >>> from nes_spiel import d3c
    >>> game = d3c.games.prisoners_dilemma(2)
    >>> near_nash = jnp.array([[0.1], [0.1]])
    >>> round(float(d3c.local_price_of_anarchy_bound(
    ...   game, near_nash, step_size=0.01)), 4)
    1.0039
  """
  _check_above_zero("step_size", step_size)
  _check_above_zero("mu_bound", mu_bound)
  mixing = _checked_mixing(mixing, game.num_agents)
  change = local_change(game.losses, strategies, mixing.T)
  _check_positive(change.mixed_losses)
  bound = egalitarian_bound if egalitarian else utilitarian_bound
  return bound(change, step_size, mu_bound)


def _check_above_zero(name: str, value: Float[Array, ""] | float) -> None:
  """Raises ValueError unless a number is positive, where it is known."""
  if not validation.is_traced(value) and not value > 0:
    raise ValueError(f"{name}: expected a positive number, got {value}.")


def _checked_mixing(
  mixing: Float[Array, "n n"] | None, agents: int
) -> Float[Array, "n n"]:
  """Returns a mixing whose rows are distributions, the identity if None."""
  mixing = mixings.selfish(agents) if mixing is None else mixing
  mixings.check_mixing(mixing, agents)
  return mixing


def _check_positive(losses: Float[Array, " n"]) -> None:
  """Raises ValueError where a price as a ratio would mean nothing."""
  if not validation.is_traced(losses) and not (losses > 0).all():
    raise ValueError(
      "losses: a price of anarchy that is a ratio needs positive ones, got "
      f"{losses}. The additive form takes any: additive_bound."
    )


class LocalPrice(NamedTuple):
  """The price of anarchy of agents who choose how far along -F they go.

  Attributes:
    price: total or largest loss of the equilibrium over the smallest where all
      go equally far (Definition 1).
    equilibrium: `[n]`, how far each agent goes there, from 0 to dt.
    gain: what an agent can still win by going another way; 0 in equilibrium.
  """

  price: Float[Array, ""]
  equilibrium: Float[Array, " n"]
  gain: Float[Array, ""]


def local_price_of_anarchy(
  losses: Losses,
  strategies: Float[Array, "n k"],
  mixing: Float[Array, "n n"] | None = None,
  *,
  step_size: Float[Array, ""] | float,
  egalitarian: bool = False,
  points: int = 101,
  rounds: int = 20,
) -> LocalPrice:
  """Returns the local price of anarchy itself, to check its bounds with.

  The equilibrium is the one that best responses on a grid of ways to go lead to
  from the full step; for small steps of agents whose gradients are not zero it
  is the only one, the full step itself. With large steps there may be others,
  and its total may be below that of all who go equally far.

  Args:
    losses: from strategies to positive losses.
    strategies: `[n, k]`.
    mixing: `[n, n]`, A, rows are distributions; the identity if None.
    step_size: dt, above 0.
    egalitarian: the largest loss is the value, not the total.
    points: of the grid, at least 2.
    rounds: of best responses, at least 1.

  Raises:
    ValueError: a number out of its range, a mixing whose rows are no
      distributions, or any mixed loss that is not positive. Under a trace only
      shapes and counts are looked at.
  """
  _check_above_zero("step_size", step_size)
  number_checks.check_count("points", points, 2)
  number_checks.check_count("rounds", rounds)
  mixing = _checked_mixing(mixing, len(strategies))
  change = local_change(losses, strategies, mixing.T)
  _check_positive(change.mixed_losses)
  field = change.field
  agents, grid = len(field), step_size * jnp.linspace(0, 1, points)

  def mixed_losses(gone: Float[Array, " n"]) -> Float[Array, " n"]:
    return mixing.T @ losses(strategies - gone[:, None] * field)

  def own_losses(gone: Float[Array, " n"]) -> Float[Array, "n p"]:
    def at(agent: Int[Array, ""], way: Float[Array, ""]) -> Float[Array, ""]:
      return mixed_losses(gone.at[agent].set(way))[agent]

    along = jax.vmap(at, (None, 0))
    return jax.vmap(along, (0, None))(jnp.arange(agents), grid)

  def respond(
    _: Int[Array, ""], gone: Float[Array, " n"]
  ) -> Float[Array, " n"]:
    return grid[jnp.argmin(own_losses(gone), axis=1)]

  full = jnp.full(agents, grid[-1])
  gone = jax.lax.fori_loop(0, rounds, respond, full)
  gain = jnp.max(mixed_losses(gone) - jnp.min(own_losses(gone), axis=1))
  value = jnp.max if egalitarian else jnp.sum
  together = jax.vmap(lambda way: value(mixed_losses(jnp.full(agents, way))))
  price = value(mixed_losses(gone)) / jnp.min(together(grid))
  return LocalPrice(price, gone, gain)
