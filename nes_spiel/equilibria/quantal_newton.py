# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""A damped Newton method for F(x) = 0, of profiles x."""

import functools
from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jax import lax
from jaxtyping import Array, Float, Int

SUFFICIENT = 1e-4  # decrease of |F|^2, as a share of what its slope promises
HALVINGS = 12  # a step of 1/4096: F does not fall along it


class _Point(NamedTuple):
  """A profile, and F there."""

  profile: Float[Array, "n d"]
  gap: Float[Array, "n d"]
  residual: Float[Array, ""]


def newton(
  gap_at: Callable[[Float[Array, "n d"]], Float[Array, "n d"]],
  jacobian_at: Callable[[Float[Array, "n d"]], Float[Array, "m m"]],
  start: Float[Array, "n d"],
  tolerance: float,
  max_iterations: int,
) -> tuple[Float[Array, "n d"], Float[Array, ""], Int[Array, ""]]:
  """Returns where steps end that halve until |F|^2 falls.

  Args:
    gap_at: F.
    jacobian_at: its derivative, of flattened profiles.
    start: `[n, d]`.
    tolerance: on max |F|.
    max_iterations: steps.

  Returns:
    The profile, max |F| there, and how many steps were taken.
  """

  def at(profile: Float[Array, "n d"]) -> _Point:
    gap = gap_at(profile)
    return _Point(profile, gap, jnp.max(jnp.abs(gap)))

  def unfinished(state: tuple[_Point, Array, Array]) -> Array:
    here, iterations, moving = state
    unsolved = here.residual > tolerance
    return unsolved & moving & (iterations < max_iterations)

  def step(state: tuple[_Point, Array, Array]) -> tuple[_Point, Array, Array]:
    here, iterations, _ = state
    matrix = jacobian_at(here.profile)
    change = -jnp.linalg.solve(matrix, here.gap.reshape(-1))
    there = _line_search(at, here, change.reshape(here.profile.shape))
    falls = jnp.sum(there.gap**2) < jnp.sum(here.gap**2)
    there = jax.tree.map(functools.partial(jnp.where, falls), there, here)
    return there, iterations + 1, falls

  last, iterations, _ = lax.while_loop(
    unfinished, step, (at(start), jnp.asarray(0, jnp.int32), jnp.asarray(True))
  )
  return last.profile, last.residual, iterations


def _line_search(at: Any, here: _Point, change: Float[Array, "n d"]) -> _Point:
  """Returns the first of the halved steps that lowers |F|^2 enough.

  Along Newton's step its slope is -2 |F|^2.
  """
  square = jnp.sum(here.gap**2)

  def too_high(search: tuple[Array, _Point, Array]) -> Array:
    length, there, tries = search
    enough = (1 - 2 * SUFFICIENT * length) * square
    return ~(jnp.sum(there.gap**2) <= enough) & (tries < HALVINGS)

  def shorten(
    search: tuple[Array, _Point, Array],
  ) -> tuple[Array, _Point, Array]:
    length, _, tries = search
    length = length / 2
    return length, at(here.profile + length * change), tries + 1

  first = at(here.profile + change)
  length = jnp.ones((), square.dtype)
  _, there, _ = lax.while_loop(
    too_high, shorten, (length, first, jnp.asarray(0, jnp.int32))
  )
  return there
