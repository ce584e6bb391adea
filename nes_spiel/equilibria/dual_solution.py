# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""What minimisers of the dual return, and how a solver may have stopped."""

import enum
from typing import NamedTuple

import jax.numpy as jnp
from jaxtyping import Array, Float, Int


class Status(enum.IntEnum):
  """How a solver stopped."""

  CONVERGED = 0  # the residual is at most the tolerance
  MAX_ITERATIONS = 1  # raise max_iterations, or lower rho; networks take none
  STALLED = 2  # at the limit of double precision: lower rho, or the tolerance
  NOT_FINITE = 3  # the input is not finite, or too large to square


class DualSolution(NamedTuple):
  """The minimiser of Eq. 7 and how well it is known.

  Attributes:
    duals: `[n, d]` for CCE, `[n, d, d]` for CE, on the standardised scale.
    residual: the largest |min(alpha, dL / d alpha)|, standardised scale.
    status: a `Status`.
    iterations: Newton steps taken.
  """

  duals: Float[Array, "..."]
  residual: Float[Array, ""]
  status: Int[Array, ""]
  iterations: Int[Array, ""]


def status_of(
  residual: Float[Array, ""], tolerance: float, otherwise: Int[Array, ""] | int
) -> Int[Array, ""]:
  """Returns CONVERGED, NOT_FINITE, or what it is otherwise."""
  status = jnp.where(residual <= tolerance, Status.CONVERGED, otherwise)
  status = jnp.where(jnp.isfinite(residual), status, Status.NOT_FINITE)
  return status.astype(jnp.int32)
