# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""The exact solver, differentiable by the implicit function theorem."""

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Int

from nes_spiel.equilibria import curvature, dual
from nes_spiel.equilibria.interior_point import InteriorPoint, interior_point
from nes_spiel.equilibria.problem import Problem


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


def solve_dual(
  problem: Problem, tolerance: float = 1e-10, max_iterations: int = 200
) -> DualSolution:
  """Minimises the dual loss of Eq. 7 over nonnegative duals.

  Pure, and composes with jit, vmap and grad. Derivatives of the duals follow
  from the optimality conditions on the active set; where several duals give the
  same joint (duplicate strategies), the derivative of least norm is taken, and
  joint and epsilon have the same derivative whichever is.

  Args:
    problem: see `standardized_problem`. Its dtype should be float64, within
      `jax.enable_x64(True)`; float32 reaches residuals of about 1e-4.
    tolerance: on the residual.
    max_iterations: of Newton's method.

  Returns:
    The duals, with residual, status and iterations. Nothing is raised: a
    failure shows in `status`.

  Example:
    >>> import jax
    >>> from nes_spiel import equilibria, games
    >>> with jax.enable_x64(True):
    ...   payoffs = jax.numpy.asarray(games.classics.chicken())
    ...   problem, _ = equilibria.standardized_problem(
    ...     payoffs, equilibria.MaximumEntropy(), "ce"
    ...   )
    ...   bool(equilibria.solve_dual(problem).residual <= 1e-10)
    True
  """
  return DualSolution(*_solve(tolerance, max_iterations, problem))


@jax.custom_jvp
def _implicit(problem: Problem, duals: dual.Duals) -> dual.Duals:
  """Returns `duals`, whose derivative is that of the minimiser."""
  del problem
  return duals


def _solve(
  tolerance: float, max_iterations: int, problem: Problem
) -> InteriorPoint:
  """Solves without derivatives, then attaches those of the minimiser."""
  fixed = jax.lax.stop_gradient(problem)
  result = interior_point(fixed, tolerance, max_iterations)
  return result._replace(duals=_implicit(problem, result.duals))


@_implicit.defjvp
def _implicit_jvp(
  primals: tuple[Problem, dual.Duals], tangents: tuple[Problem, dual.Duals]
) -> tuple[dual.Duals, dual.Duals]:
  """Differentiates dL / d alpha_i = 0 on the active set {alpha_i > 0}.

  H_active d alpha = -(d / d problem) dL / d alpha; other duals stay 0.
  """
  problem, duals = primals
  with jax.enable_x64(duals.dtype == jnp.float64):
    gradient, shift = jax.jvp(
      lambda p: dual.dual_gradient(p, duals), (problem,), (tangents[0],)
    )
    active = (problem.dual_mask & (duals > gradient)).reshape(-1)
    both = active[:, None] & active[None, :]
    hessian = curvature.dual_hessian(problem, duals)
    hessian = jnp.where(both, hessian, 0)
    inverse = jnp.linalg.pinv(hessian, hermitian=True)
    change = -inverse @ jnp.where(active, shift.reshape(-1), 0)
    return duals, change.reshape(duals.shape)
