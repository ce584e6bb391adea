# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Payoffs that make players do something else, or explain what they did."""

import functools
import math
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float
from scipy import special

from nes_spiel import solvers
from nes_spiel.games import validation
from nes_spiel.mechanism_design.convex_set import convex_set
from nes_spiel.mechanism_design.tasks import Task

TINY = 1e-30  # probabilities below it count as it, in logarithms


def transfers(
  payoffs: Any,
  most: float,
  entropy_weight: float = 0.0,
  concept: solvers.Concept = "ce",
) -> Task:
  """Payments between players by what all do, so that welfare is highest.

  They add up to zero at every joint action, and no player pays or receives more
  than `most`. Welfare is of the game without them.

  Args:
    payoffs: `[n, *a]`.
    most: above 0, payoff units.
    entropy_weight: of the joint's entropy beside welfare.
    concept: "ce" or "cce".

  Raises:
    ValueError: payoffs that are none, or `most` not above 0.
  """
  game = np.asarray(validation.check_payoffs(payoffs), float)
  if not 0 < most < math.inf:
    raise ValueError(f"most: expected a number above 0, got {most}.")
  players, joints = len(game), game[0].size
  balance = np.tile(np.eye(joints), players)  # of [n, |A|] transfers

  def aim(
    parameters: Float[Array, " k"], joint: Float[Array, "*a"]
  ) -> Float[Array, ""]:
    del parameters
    entropy = -jnp.sum(jax.scipy.special.xlogy(joint, joint + TINY))
    return jnp.sum(joint * game.sum(0)) + entropy_weight * entropy

  return Task(
    name="transfers",
    payoffs=lambda x: jnp.asarray(game) + jnp.reshape(x, game.shape),
    aim=aim,
    start=np.zeros(game.size),
    allowed=convex_set(game.size, -most, most, balance, 0.0, 0.0),
    concept=concept,
  )


def inverse_game(
  observed: Any, seed: int = 0, concept: solvers.Concept = "ce"
) -> Task:
  """Payoffs from -1 to 1 whose equilibrium is what was observed.

  The aim is the negative relative entropy of the observed joint to the one that
  is played, 0 if they are the same. Many payoffs explain a joint: offsets and
  scales do not matter, nor do actions that nobody would take.

  Args:
    observed: `[*a]`, a distribution.
    seed: of the random payoffs to begin with.
    concept: "ce" or "cce".

  Raises:
    ValueError: no distribution.
  """
  joint = np.asarray(observed, float)
  if not (joint >= 0).all() or not abs(joint.sum() - 1) <= 1e-6:
    raise ValueError(
      "observed: expected probabilities that add up to 1, got a smallest of "
      f"{joint.min():.6g} and a sum of {joint.sum():.6g}."
    )
  shape = (joint.ndim, *joint.shape)
  size = math.prod(shape)
  entropy = -float(special.xlogy(joint, joint).sum())

  def aim(
    parameters: Float[Array, " k"], played: Float[Array, "*a"]
  ) -> Float[Array, ""]:
    del parameters
    return entropy + jnp.sum(joint * jnp.log(jnp.maximum(played, TINY)))

  return Task(
    name="inverse",
    payoffs=functools.partial(jnp.reshape, shape=shape),
    aim=aim,
    start=np.random.default_rng(seed).uniform(-0.5, 0.5, size),
    allowed=convex_set(size, -1.0, 1.0),
    concept=concept,
  )
