# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""One step of learning strategies and mixings at once, with exact gradients.

Section 2.5: agent i descends along grad_{x_i} f^A_i, and moves its row of A by
entropic mirror descent against the gradient of ReLU(df^A_i/dt + epsilon), both
from the same point.
"""

from typing import Any, NamedTuple

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float, Int

from nes_spiel.d3c.game import Game, Recipe
from nes_spiel.d3c.local_change import LocalChange, local_change
from nes_spiel.d3c.modes import Mode, Rates
from nes_spiel.equilibria import mirror_descent

TINY = 1e-30  # a unit where no loss changes, which would be 0


class Population(NamedTuple):
  """Who takes part, and who learns.

  Attributes:
    opts_in: `[n]`, agents that mix. The others, mavericks, keep their own loss,
      and nobody can hand them any.
    moves: `[n]`, agents that learn strategies. The gradients of the others
      would not turn, so nobody is told that they do.
  """

  opts_in: tuple[bool, ...]
  moves: tuple[bool, ...]

  def allowed(self) -> Bool[np.ndarray, "n n"]:
    """Returns `[n, n]`, to whom each agent may give."""
    both = np.logical_and.outer(self.opts_in, self.opts_in)
    return both | np.eye(len(self.opts_in), dtype=bool)


def agent_mask(name: str, given: Any, agents: int) -> tuple[bool, ...]:
  """Returns one boolean for each agent, all true if None were given.

  Raises:
    ValueError: another number of them; `name` is the argument's.
  """
  mask = (True,) * agents if given is None else tuple(map(bool, given))
  if len(mask) != agents:
    raise ValueError(
      f"{name}: expected {agents} booleans, one for each agent, got {given}."
    )
  return mask


class State(NamedTuple):
  """Where learning stands.

  Attributes:
    strategies: `[n, k]`.
    log_mixing: `[n, n]`, log A; -inf for those to whom an agent may not give.
    step: how many were taken.
    finite: whether all losses, strategies and rows so far were; learning ends
      where one is not.
  """

  strategies: Float[Array, "n k"]
  log_mixing: Float[Array, "n n"]
  step: Int[Array, ""]
  finite: Bool[Array, ""]


def initial_state(
  strategies: Float[Array, "n k"],
  mode: Mode,
  recipe: Recipe,
  population: Population,
) -> State:
  """Returns the state before the first step.

  Args:
    strategies: `[n, k]`.
    mode: how agents learn.
    recipe: of which A_ii at the start is taken.
    population: who takes part.
  """
  mixing = mode.first_mixing(population.allowed(), recipe.own_share)
  log_mixing = jnp.log(mixing.astype(strategies.dtype))
  return State(strategies, log_mixing, jnp.asarray(0), jnp.asarray(True))


def received(
  mode: Mode, log_mixing: Float[Array, "n n"]
) -> Float[Array, "n n"]:
  """Returns `[n, n]`, row i what agent i receives of everyone's losses."""
  mixing = jnp.exp(log_mixing)
  return mixing.T if mode.giving else mixing


def observe(
  game: Game, mode: Mode, population: Population, state: State
) -> LocalChange:
  """Returns how losses change where a state is."""
  return local_change(
    game.losses,
    state.strategies,
    received(mode, state.log_mixing),
    jnp.asarray(population.moves),
  )


def mixing_gradient(
  change: LocalChange,
  rates_of: Rates,
  recipe: Recipe,
  log_mixing: Float[Array, "n n"],
  step: Int[Array, ""],
) -> Float[Array, "n n"]:
  """Returns the gradient of each row's ReLU(rate + epsilon) + nu KL (Eq. 11).

  Args:
    change: along the dynamics.
    rates_of: says whose rates, and their gradients.
    recipe: epsilon, nu, and the unit of both rate and gradient.
    log_mixing: `[n, n]`.
    step: for an epsilon that is annealed.
  """
  rates, gradients = rates_of(change)
  if recipe.scale_free:
    unit = jnp.sum(jnp.square(change.jacobian), axis=(1, 2)) + TINY
    rates, gradients = rates / unit, gradients / unit[:, None]
  left = jnp.maximum(1 - step / recipe.steps, 0) if recipe.annealed else 1
  suffers = rates + recipe.epsilon * left > 0
  descent = jnp.where(suffers[:, None], gradients, 0)
  if not recipe.kl_weight:  # else an A_ii of 0 would make it 0 / 0
    return descent
  return descent - recipe.kl_weight * jnp.diag(jnp.exp(-jnp.diag(log_mixing)))


def step(
  game: Game,
  mode: Mode,
  recipe: Recipe,
  population: Population,
  state: State,
) -> State:
  """Returns the state after one step of all agents.

  A run whose losses, strategies or rows are not finite stays where it is, and
  does not go on.

  Args:
    game: of one run.
    mode: how agents learn.
    recipe: the step sizes and epsilon.
    population: who takes part.
    state: before the step.
  """
  change = observe(game, mode, population, state)
  field = mode.field(game.losses, state.strategies, change, recipe.step_size)
  strategies = game.project(state.strategies - recipe.step_size * field)
  log_mixing = state.log_mixing
  if mode.rates is not None:
    gradient = mixing_gradient(
      change, mode.rates, recipe, log_mixing, state.step
    )
    log_mixing = shifted(gradient, mode, recipe, population, log_mixing)
  # What lost all its logits to an infinite gradient is -inf throughout.
  axis = 1 if mode.giving else 0
  finite = state.finite & jnp.isfinite(jnp.max(log_mixing, axis=axis)).all()
  finite &= jnp.isfinite(strategies).all()
  finite &= jnp.isfinite(game.losses(strategies)).all()
  return State(
    jnp.where(finite, strategies, state.strategies),
    jnp.where(finite, log_mixing, state.log_mixing),
    state.step + 1,
    finite,
  )


def shifted(
  gradient: Float[Array, "n n"],
  mode: Mode,
  recipe: Recipe,
  population: Population,
  log_mixing: Float[Array, "n n"],
) -> Float[Array, "n n"]:
  """Returns A_i <- softmax(clip(log A_i - eta_A g_i)), as logarithms.

  Args:
    gradient: `[n, n]`, g.
    mode: says whether rows or columns are on the simplex.
    recipe: eta_A and what logits are clipped to.
    population: to whom agents may give.
    log_mixing: `[n, n]`.
  """
  allowed = jnp.asarray(population.allowed())
  moved = log_mixing - recipe.mixing_step_size * jnp.where(allowed, gradient, 0)
  clipped = jnp.clip(moved, recipe.lowest, recipe.highest)
  if mode.giving:
    return mirror_descent.normalized(clipped, allowed)
  return mirror_descent.normalized(clipped.T, allowed.T).T


def attention(log_mixing: Float[Array, "n n"]) -> Float[Array, " n"]:
  """Returns ln(A_ii / A_ij), the mean over others j that are given to.

  Of agent i's row: what it keeps over what it gives (Figures 6, 7 and 8, whose
  games are symmetric).

  Args:
    log_mixing: `[n, n]`.

  Returns:
    `[n]`, positive where agents keep most; inf for mavericks.
  """
  others = ~jnp.eye(len(log_mixing), dtype=bool) & jnp.isfinite(log_mixing)
  given = jnp.mean(log_mixing, axis=1, where=others)
  own = jnp.diag(log_mixing)
  return jnp.where(others.any(1), own - given, jnp.inf)
