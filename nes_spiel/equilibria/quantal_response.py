# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Logit quantal response equilibria of a normal-form game.

McKelvey and Palfrey (1995); Eq. 6 of Chen et al. (2024), with payoffs where
that has costs: x_i = softmax(h_i(x) / temperature). A profile is one only where
F(x) = x - softmax(h(x) / temperature) is zero: least squares of F (Eq. 8) also
has minima that are none.
"""

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jaxtyping import Array, Bool, Float, Int

from nes_spiel.equilibria import mixed_profiles, quantal_newton
from nes_spiel.games import masks


class QuantalResponse(NamedTuple):
  """Where Newton's method ended.

  Attributes:
    profile: `[n, d]`.
    residual: max |F|; an equilibrium only if it is small.
    iterations: Newton steps.
  """

  profile: Float[Array, "n d"]
  residual: Float[Array, ""]
  iterations: Int[Array, ""]


def logit_response(
  payoffs: Float[Array, "n *a"],
  profile: Float[Array, "n d"],
  temperature: Float[Array, ""] | float,
  strategy_mask: Bool[Array, "n d"] | None = None,
) -> Float[Array, "n d"]:
  """Returns every player's logit response to a profile (Eq. 6).

  Args:
    payoffs: `[n, *a]`.
    profile: `[n, d]`.
    temperature: lambda, payoff units; above 0. Its inverse is known as the
      precision.
    strategy_mask: `[n, d]`, all strategies if None.

  Returns:
    Distributions, zero where a strategy does not exist.

  Example:
    >>> import jax.numpy as jnp
    >>> from nes_spiel import equilibria, games
    >>> payoffs = jnp.asarray(games.classics.prisoners_dilemma())
    >>> uniform = jnp.full((2, 2), 0.5)
    >>> equilibria.logit_response(payoffs, uniform, 1.0).shape
    (2, 2)
  """
  mask = masks.resolve_mask(payoffs, strategy_mask)
  values = mixed_profiles.deviation_payoffs(payoffs, profile)
  return jax.nn.softmax(values / temperature, axis=1, where=mask)


def response_gap(
  payoffs: Float[Array, "n *a"],
  profile: Float[Array, "n d"],
  temperature: Float[Array, ""] | float,
  strategy_mask: Bool[Array, "n d"] | None = None,
) -> Float[Array, "n d"]:
  """Returns F, the profile less its logit response: zero at an equilibrium.

  Args:
    payoffs: `[n, *a]`.
    profile: `[n, d]`.
    temperature: above 0.
    strategy_mask: `[n, d]`, all strategies if None.
  """
  return profile - logit_response(payoffs, profile, temperature, strategy_mask)


def response_jacobian(
  payoffs: Float[Array, "n *a"],
  profile: Float[Array, "n d"],
  temperature: Float[Array, ""] | float,
  strategy_mask: Bool[Array, "n d"] | None = None,
) -> Float[Array, "m m"]:
  """Returns dF / dx of Eq. A6 with profiles flattened, m = n d.

  Row block i is I - J_softmax(h_i / temperature) g_i / temperature, with the
  softmax of the player whose row it is.

  Args:
    payoffs: `[n, *a]`.
    profile: `[n, d]`.
    temperature: above 0.
    strategy_mask: `[n, d]`, all strategies if None.
  """
  response = logit_response(payoffs, profile, temperature, strategy_mask)
  cross = mixed_profiles.cross_payoffs(payoffs, profile)
  mean = jnp.einsum("ia,iajb->ijb", response, cross)
  moved = response[..., None, None] * (cross - mean[:, None]) / temperature
  size = response.size
  return jnp.eye(size, dtype=moved.dtype) - moved.reshape(size, size)


def condition_number(
  payoffs: Float[Array, "n *a"],
  profile: Float[Array, "n d"],
  temperature: Float[Array, ""] | float,
  strategy_mask: Bool[Array, "n d"] | None = None,
) -> Float[Array, ""]:
  """Returns the condition of dF / dx, infinite at folds and branchings.

  Derivatives of an equilibrium are lost to rounding where it is large.

  Args:
    payoffs: `[n, *a]`.
    profile: `[n, d]`.
    temperature: above 0.
    strategy_mask: `[n, d]`, all strategies if None.
  """
  return jnp.linalg.cond(
    response_jacobian(payoffs, profile, temperature, strategy_mask)
  )


def solve_quantal_response(
  payoffs: Float[Array, "n *a"],
  temperature: Float[Array, ""] | float,
  start: Float[Array, "n d"],
  strategy_mask: Bool[Array, "n d"] | None = None,
  tolerance: float = 1e-12,
  max_iterations: int = 100,
) -> QuantalResponse:
  """Solves F(x) = 0 by a damped Newton method from a start.

  Pure, and composes with jit and vmap. Derivatives with respect to payoffs and
  temperature, in both modes, are those of the equilibrium (Eq. A5, one linear
  solve), whatever the start.

  Args:
    payoffs: `[n, *a]`, in float64: within `jax.enable_x64(True)`.
    temperature: above 0.
    start: `[n, d]`, distributions.
    strategy_mask: `[n, d]`, all strategies if None.
    tolerance: on the residual.
    max_iterations: Newton steps.

  Returns:
    Where it ended; nothing is raised. Without convergence the residual is
    large, and derivatives mean nothing. Of strategies that are hardly played
    the probability may be below 0 by as much as the residual.
  """
  mask = masks.resolve_mask(payoffs, strategy_mask)
  game, heat, start = lax.stop_gradient((payoffs, temperature, start))
  found = quantal_newton.newton(
    lambda profile: response_gap(game, profile, heat, mask),
    lambda profile: response_jacobian(game, profile, heat, mask),
    jnp.where(mask, start, 0),
    tolerance,
    max_iterations,
  )

  def gap(profile: Float[Array, "n d"]) -> Float[Array, "n d"]:
    return response_gap(payoffs, profile, temperature, mask)

  profile = lax.custom_root(
    gap, found[0], lambda _, start: start, _solve_linearized
  )
  return QuantalResponse(profile, *found[1:])


def distributions(
  profiles: Float[np.ndarray, "*k n d"],
) -> Float[np.ndarray, "*k n d"]:
  """Returns profiles without the rounding below 0 that Newton's method leaves.

  Args:
    profiles: `[*k, n, d]`, whose sums are one.
  """
  above = np.maximum(profiles, 0)
  return above / above.sum(-1, keepdims=True)


def _solve_linearized(
  linear: Any, right: Float[Array, "n d"]
) -> Float[Array, "n d"]:
  """Returns the solution of a linear equation between profiles."""
  matrix = jax.jacobian(linear)(right).reshape(right.size, right.size)
  return jnp.linalg.solve(matrix, right.reshape(-1)).reshape(right.shape)
