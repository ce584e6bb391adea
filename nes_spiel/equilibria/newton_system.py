# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""The linear system of a Newton step on the dual.

A few duals are solved for by a Cholesky factor; many, for CE thousands, by
conjugate gradients, which need products with the matrix alone. The blocks of
one player and recommendation precondition them.
"""

from collections.abc import Callable

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float

from nes_spiel.equilibria import curvature
from nes_spiel.equilibria import curvature_products as products
from nes_spiel.equilibria.dual import Duals
from nes_spiel.equilibria.problem import Problem

FACTORED = 100  # duals; from there on products take less time on a CPU
SHIFT = 1e-14  # of the diagonal, relative: it is singular only to rounding
TOLERANCE = 1e-6  # of the residual, relative to the right-hand side
MAX_PRODUCTS = 300


def solve(
  problem: Problem,
  duals: Duals,
  joint: Float[Array, "*a"],
  right: Duals,
  diagonal: Duals,
  free: Bool[Array, "n ..."],
) -> Duals:
  """Solves (H + diag(diagonal)) x = right for the free duals, x = 0 elsewhere.

  H is singular where strategies are duplicates; a shift at the level of
  rounding changes the path to an optimum, not the optimum. Where rounding
  spoils the system all the same, a factor's answer is not finite; conjugate
  gradients stop after `MAX_PRODUCTS` where they are.

  Args:
    problem: on the standardised scale.
    duals: where H is taken.
    joint: `primal_joint(problem, duals)`.
    right: the right-hand side.
    diagonal: what is added to H, not negative.
    free: which duals; others count as fixed.
  """
  method = _factored if duals.size <= FACTORED else _by_products
  return method(
    problem, duals, joint, jnp.where(free, right, 0), diagonal, free
  )


def _factored(
  problem: Problem,
  duals: Duals,
  joint: Float[Array, "*a"],
  right: Duals,
  diagonal: Duals,
  free: Bool[Array, "n ..."],
) -> Duals:
  """Solves by a Cholesky factor; arguments as in `solve`."""
  hessian = curvature.dual_hessian(problem, duals, joint)
  shift = SHIFT * jnp.trace(hessian) / hessian.shape[0]
  flat = free.reshape(-1)
  both = flat[:, None] & flat[None, :]
  added = jnp.where(flat, diagonal.reshape(-1) + shift, 1)
  matrix = jnp.where(both, hessian, 0) + jnp.diag(added)
  factor = jnp.linalg.cholesky(matrix)
  solution = jax.scipy.linalg.cho_solve((factor, True), right.reshape(-1))
  return solution.reshape(duals.shape)


def _by_products(
  problem: Problem,
  duals: Duals,
  joint: Float[Array, "*a"],
  right: Duals,
  diagonal: Duals,
  free: Bool[Array, "n ..."],
) -> Duals:
  """Solves by conjugate gradients; arguments as in `solve`."""
  blocks = products.diagonal_blocks(problem, duals, joint)
  largest = jnp.max(jnp.diagonal(blocks, axis1=-2, axis2=-1))
  diagonal = diagonal + SHIFT * jnp.maximum(largest, 0)

  def product(vector: Duals) -> Duals:
    image = products.hessian_product(problem, duals, joint, vector)
    return jnp.where(free, image + diagonal * vector, 0)

  solution, _ = jax.scipy.sparse.linalg.cg(
    product,
    right,
    tol=TOLERANCE,
    maxiter=MAX_PRODUCTS,
    M=_block_inverse(blocks, diagonal, free),
  )
  return solution


def _block_inverse(
  blocks: Float[Array, "n k d d"], diagonal: Duals, free: Bool[Array, "n ..."]
) -> Callable[[Duals], Duals]:
  """Returns the product with the inverse of the blocks of free duals.

  A block that rounding has left without a factor counts by its diagonal alone.
  """
  exists = products.by_recommendation(free)
  both = exists[..., :, None] & exists[..., None, :]
  added = jnp.where(exists, products.by_recommendation(diagonal), 1)
  identity = jnp.eye(blocks.shape[-1], dtype=blocks.dtype)[None, None]
  matrix = jnp.where(both, blocks, 0) + identity * added[..., None]
  factor = jnp.linalg.cholesky(matrix)
  scale = jnp.sqrt(jnp.abs(jnp.diagonal(matrix, axis1=-2, axis2=-1)))
  usable = jnp.all(jnp.isfinite(factor), axis=(-2, -1), keepdims=True)
  factor = jnp.where(usable, factor, identity * scale[..., None])

  def inverse(vector: Duals) -> Duals:
    right = jnp.where(exists, products.by_recommendation(vector), 0)
    solution = jax.scipy.linalg.cho_solve((factor, True), right[..., None])
    return products.by_deviation(solution[..., 0], vector)

  return inverse
