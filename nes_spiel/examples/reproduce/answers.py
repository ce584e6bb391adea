# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""The maximum-entropy answers to games, by a network and exactly."""

import functools
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float, Key

from nes_spiel import equilibria, games, nes, solvers

# Training folds its steps into the key of its seed: no seed is this one.
HELD_OUT = 2**31 - 2


class Answers(NamedTuple):
  """Measurements per game, all `[b]`, on standardised payoffs.

  The uniform joint is what zero duals give, the answer of a network that has
  learned nothing. Gaps are against epsilon 0 unless said otherwise; for CE
  they are the paper's, of the best single pair of strategies. Solver gaps are
  total variation to the exact answer.

  Attributes:
    solved: whether the exact solver converged.
    uniform_gap: the (C)CE gap of the uniform joint.
    network_gap: that of the network's joint.
    returned_gap: that against the epsilon that the network's duals give.
    exact_gap: that of the exact optimum, at its finite rho.
    uniform_distance: the solver gap of the uniform joint.
    network_distance: that of the network's joint.
  """

  solved: Bool[np.ndarray, " b"]
  uniform_gap: Float[np.ndarray, " b"]
  network_gap: Float[np.ndarray, " b"]
  returned_gap: Float[np.ndarray, " b"]
  exact_gap: Float[np.ndarray, " b"]
  uniform_distance: Float[np.ndarray, " b"]
  network_distance: Float[np.ndarray, " b"]


def key(seed: int) -> Key[Array, ""]:
  """Returns the random key of a seed, whose games no training has seen."""
  return jax.random.fold_in(jax.random.key(HELD_OUT), seed)


def standardized(
  payoffs: Float[Array, "b n *a"],
) -> Float[np.ndarray, "b n *a"]:
  """Returns games without offset and scale (Eq. 16a, L2), in float64."""
  with jax.enable_x64(True):
    wide = jnp.asarray(np.asarray(payoffs, np.float64))
    return np.asarray(jax.vmap(games.standardize)(wide).payoffs)


def measure(payoffs: Float[np.ndarray, "b n *a"], model: nes.Model) -> Answers:
  """Solves games exactly and by a network, and measures both.

  Args:
    payoffs: `[b, n, *a]`, standardised, float64.
    model: whose concept is the one that is solved for.
  """
  concept = model.network.config.concept
  exact = solvers.solve_batch(payoffs, concept, method="exact")
  network = solvers.solve_batch(payoffs, concept, method="nes", model=model)
  joints = np.prod(payoffs.shape[2:])
  uniform = np.full(payoffs.shape[2:], 1 / joints)
  return Answers(
    exact.status == solvers.Status.CONVERGED,
    _gaps(payoffs, uniform, concept),
    network.gap_sum,
    network.gap_sum_returned,
    exact.gap_sum,
    _distances(uniform[None], exact.joint),
    _distances(network.joint, exact.joint),
  )


def _gaps(
  payoffs: Float[np.ndarray, "b n *a"],
  joint: Float[np.ndarray, "*a"],
  concept: equilibria.Concept,
) -> Float[np.ndarray, " b"]:
  """Returns the gap of one joint in every game."""
  with jax.enable_x64(True):
    return np.asarray(_compiled_gaps(payoffs, joint, concept))


@functools.partial(jax.jit, static_argnums=2)
def _compiled_gaps(
  payoffs: Float[Array, "b n *a"],
  joint: Float[Array, "*a"],
  concept: equilibria.Concept,
) -> Float[Array, " b"]:
  """Returns the gap of one joint in every game."""
  return jax.vmap(lambda game: equilibria.gap_sum(game, joint, concept))(
    payoffs
  )


def _distances(
  joints: Float[np.ndarray, "..."], others: Float[np.ndarray, "b *a"]
) -> Float[np.ndarray, " b"]:
  """Returns total variation by game."""
  axes = tuple(range(1, others.ndim))
  return np.abs(joints - others).sum(axes) / 2
