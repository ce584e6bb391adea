# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Welfare of given equilibria, and what anarchy costs there."""

import functools
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jaxtyping import Array, Bool, Float

from nes_spiel.equilibria.mixed_profiles import expected_payoff
from nes_spiel.games import validation


def utilitarian_welfare(payoffs: Float[Array, "n *a"]) -> Float[Array, "*a"]:
  """Returns W(a) = sum_p G_p(a), in payoff units."""
  return jnp.sum(payoffs, axis=0)


def total_payoffs(
  payoffs: Float[Array, "n *a"], exists: Bool[Array, "*a"] | None = None
) -> Float[Array, "*a"]:
  """Returns W(a), one number where it is constant up to rounding.

  As it is in constant-sum games, whose rounding errors are nobody's welfare:
  zero if they are all there is.

  Args:
    payoffs: `[n, *a]`.
    exists: `[*a]`, where a joint strategy exists, everywhere if None; zero
      elsewhere.
  """
  if exists is None:
    exists = jnp.ones(payoffs.shape[1:], bool)
  payoffs = jnp.where(exists, payoffs, 0)
  total = utilitarian_welfare(payoffs)
  highest = jnp.max(total, where=exists, initial=-jnp.inf)
  spread = highest - jnp.min(total, where=exists, initial=jnp.inf)
  largest = jnp.max(jnp.abs(payoffs).reshape(len(payoffs), -1), axis=1)
  rounding = 8 * jnp.finfo(payoffs.dtype).eps * jnp.sum(largest)
  constant = jnp.where(jnp.abs(highest) <= rounding, 0, highest)
  constant = jnp.where(exists, lax.stop_gradient(constant), 0)
  return jnp.where(spread <= rounding, constant, total)


def total_in_double(
  payoffs: Float[np.ndarray, "n *a"],
) -> Float[np.ndarray, "*a"]:
  """Returns `total_payoffs` on the host, in float64."""
  with jax.enable_x64(True):
    return np.asarray(total_payoffs(jnp.asarray(payoffs, jnp.float64)))


def expected_welfare(
  payoffs: Float[Array, "n *a"], joint: Float[Array, "*a"]
) -> Float[Array, ""]:
  """Returns sum_a sigma(a) sum_p G_p(a), in payoff units."""
  return jnp.sum(utilitarian_welfare(payoffs) * joint)


class Prices(NamedTuple):
  """What equilibria are worth beside the best that there is.

  Attributes:
    optimal: the highest welfare of all joint strategies.
    worst: the lowest welfare of an equilibrium.
    best: the highest welfare of an equilibrium.
    of_anarchy: optimal / worst where welfare is positive, worst / optimal where
      it is all cost; at least 1, inf where one is zero. NaN where signs differ,
      so that a ratio says nothing: `optimal - worst` still does.
    of_stability: the same with `best` for `worst`.
  """

  optimal: float
  worst: float
  best: float
  of_anarchy: float
  of_stability: float


def prices(optimal: float, worst: float, best: float) -> Prices:
  """Returns prices of anarchy and stability for these welfares."""
  return Prices(
    optimal, worst, best, _ratio(optimal, worst), _ratio(optimal, best)
  )


def _ratio(optimal: float, reached: float) -> float:
  """Returns how many times worse what is reached is than the optimum."""
  if reached < 0 < optimal:
    return float("nan")
  larger, smaller = sorted((abs(optimal), abs(reached)), reverse=True)
  if larger == smaller:
    return 1.0
  return larger / smaller if smaller > 0 else float("inf")


def pure_equilibria(
  payoffs: Float[np.ndarray, "n *a"], tolerance: float = 0.0
) -> Bool[np.ndarray, "*a"]:
  """Returns which joint strategies are pure Nash equilibria.

  Args:
    payoffs: `[n, *a]`.
    tolerance: payoff units: how much a player may still gain, at least 0.

  Raises:
    ValueError: what `games.check_payoffs` refuses, or a tolerance below 0.
  """
  payoffs = np.asarray(validation.check_payoffs(payoffs))
  if not 0 <= tolerance < np.inf:
    raise ValueError(
      f"tolerance: expected a finite number of at least 0, got {tolerance}."
    )
  stays = [
    payoff >= payoff.max(axis=player, keepdims=True) - tolerance
    for player, payoff in enumerate(payoffs)
  ]
  return np.logical_and.reduce(stays)


def nash_price_of_anarchy(
  payoffs: Float[np.ndarray, "n *a"],
  profiles: Float[np.ndarray, "e n d"] | None = None,
  tolerance: float = 0.0,
) -> Prices:
  """Returns the prices of given Nash equilibria, or of all pure ones.

  Eq. 2 of Gemp et al. (2022) over those. Over CEs and CCEs:
  `solvers.price_of_anarchy`.

  Args:
    payoffs: `[n, *a]`; costs have their sign turned.
    profiles: `[e, n, d]`, taken to be equilibria; all pure ones if None.
    tolerance: payoff units: what may be gained in a pure equilibrium, where
      payoffs are equal but for rounding.

  Raises:
    ValueError: what `games.check_payoffs` and `pure_equilibria` refuse;
      profiles of another shape, or not finite; no equilibrium is given, or none
      is pure.
  """
  payoffs = np.asarray(validation.check_payoffs(payoffs), float)
  total = total_in_double(payoffs)
  if profiles is None:
    values = total[pure_equilibria(payoffs, tolerance)]
  else:
    values = _worth(total, profiles)
  if not len(values):
    raise ValueError(
      "nash_price_of_anarchy: no equilibrium "
      + ("is pure; pass profiles." if profiles is None else "was given.")
    )
  return prices(float(total.max()), float(values.min()), float(values.max()))


def _worth(
  total: Float[np.ndarray, "*a"], profiles: Any
) -> Float[np.ndarray, " e"]:
  """Returns the welfare of mixed profiles, after checking their shape."""
  profiles = np.asarray(profiles, float)
  if not profiles.size:
    return np.zeros(0)
  expected = (total.ndim, max(total.shape))
  if profiles.ndim != 3 or profiles.shape[1:] != expected:
    raise ValueError(
      f"profiles: expected shape (e, {expected[0]}, {expected[1]}), got "
      f"{profiles.shape}."
    )
  validation.check_finite("profiles", profiles)
  with jax.enable_x64(True):
    worth = functools.partial(expected_payoff, jnp.asarray(total))
    return np.array([worth(jnp.asarray(profile)) for profile in profiles])
