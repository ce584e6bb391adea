# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""A few more steps of the dual loss, on given games.

Marris et al. (2022) name it in their introduction, a network that is trained
online beside another algorithm, and show none: the loss needs no labels, so
that any game at hand can be trained on.
"""

import dataclasses
import functools
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import optax
from jaxtyping import Array, Float, Int

from nes_spiel.nes.network import Network, Variables
from nes_spiel.nes.training import (
  SECOND_MOMENT,
  SMALLEST_GRADIENT,
  batch_loss,
)
from nes_spiel.nes.training_games import Batch


@dataclasses.dataclass(frozen=True)
class FineTuning:
  """How a network is fine-tuned.

  Attributes:
    steps: of Adam, with fresh moments; 0 changes nothing.
    learning_rate: at its highest: it rises and falls as half a sine.
    clip: of the gradient's global norm.

  Raises:
    ValueError: steps below 0, or a rate or a clip that is not above 0.
  """

  steps: int = 100
  learning_rate: float = 3e-4
  clip: float = 1.0

  def __post_init__(self) -> None:
    """Refuses what cannot be done."""
    if self.steps < 0:
      raise ValueError(
        f"FineTuning.steps: expected 0 or more, got {self.steps}."
      )
    for name in ("learning_rate", "clip"):
      value = getattr(self, name)
      if not 0 < value < float("inf"):
        raise ValueError(
          f"FineTuning.{name}: expected a finite number above 0, got {value}."
        )


class Tuned(NamedTuple):
  """What fine-tuning came to.

  Attributes:
    variables: those of the lowest loss on the way.
    loss_before: the mean dual loss of the games with the first variables.
    loss_after: with these, never higher.
  """

  variables: Variables
  loss_before: Float[Array, ""]
  loss_after: Float[Array, ""]


def fine_tune(
  network: Network,
  variables: Variables,
  games: Batch,
  tuning: FineTuning,
) -> Tuned:
  """Takes steps of the dual loss, and keeps the best of what it passed.

  The averages of batch normalisation stay what they were: a handful of like
  games would pull them away from what later games need. Compiled once for each
  shape of games, whatever the number of steps.

  Args:
    network: the architecture.
    variables: to start from.
    games: in single precision, all of them in every step.
    tuning: how many steps, how large.

  Returns:
    The variables of the lowest loss, and the losses. Where a loss is not
    finite, what came before it is kept.
  """
  numbers = (
    jnp.asarray(tuning.steps, jnp.int32),
    jnp.asarray(tuning.learning_rate, jnp.float32),
    jnp.asarray(tuning.clip, jnp.float32),
  )
  return _descend(network, variables, games, *numbers)


class _Descent(NamedTuple):
  """Between two steps: where it is, Adam's moments, the best so far."""

  parameters: Any
  moments: Any
  best: Any
  first_loss: Float[Array, ""]
  best_loss: Float[Array, ""]


@functools.partial(jax.jit, static_argnums=0)
def _descend(
  network: Network,
  variables: Variables,
  games: Batch,
  steps: Int[Array, ""],
  learning_rate: Float[Array, ""],
  clip: Float[Array, ""],
) -> Tuned:
  """As `fine_tune`.

  One step more is computed, for the loss after the last, and not used: a loss
  outside of the loop would be compiled once more.
  """
  adam = optax.chain(
    optax.clip_by_global_norm(clip),
    optax.scale_by_adam(b2=SECOND_MOMENT, eps=SMALLEST_GRADIENT),
  )

  def loss(parameters: Any) -> Float[Array, ""]:
    moved = variables._replace(parameters=parameters)
    return batch_loss(network, moved, games, is_training=False)[0]

  def step(number: Int[Array, ""], state: _Descent) -> _Descent:
    value, gradient = jax.value_and_grad(loss)(state.parameters)
    change, moments = adam.update(gradient, state.moments)
    angle = (number + 1).astype(jnp.float32) / (steps + 1).astype(jnp.float32)
    rate = learning_rate * jnp.sin(jnp.pi * angle)
    moved = jax.tree.map(lambda x, dx: x - rate * dx, state.parameters, change)
    is_better = (value < state.best_loss) | (number == 0)
    best, best_loss = jax.tree.map(
      lambda new, old: jnp.where(is_better, new, old),
      (state.parameters, value),
      (state.best, state.best_loss),
    )
    first_loss = jnp.where(number == 0, value, state.first_loss)
    return _Descent(moved, moments, best, first_loss, best_loss)

  start, unknown = variables.parameters, jnp.zeros((), jnp.float32)
  state = _Descent(start, adam.init(start), start, unknown, unknown)
  state = jax.lax.fori_loop(0, steps + 1, step, state)
  tuned = variables._replace(parameters=state.best)
  return Tuned(tuned, state.first_loss, state.best_loss)
