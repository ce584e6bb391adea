# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""The exact solver, differentiable by the implicit function theorem."""

import jax
import jax.numpy as jnp

from nes_spiel.equilibria import curvature, dual
from nes_spiel.equilibria.dual_solution import DualSolution
from nes_spiel.equilibria.interior_point import interior_point
from nes_spiel.equilibria.problem import Problem
from nes_spiel.equilibria.projected_newton import projected_newton


def solve_dual(
  problem: Problem,
  tolerance: float = 1e-10,
  max_iterations: int = 200,
  start: dual.Duals | None = None,
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
    start: duals `[n, d]` or `[n, d, d]`, such as a network's, near which the
      solution is; from there a projected Newton method goes on. None solves by
      an interior point, which needs no start and profits from none.

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
  fixed = jax.lax.stop_gradient(problem)
  if start is None:
    result = interior_point(fixed, tolerance, max_iterations)
  else:
    start = jax.lax.stop_gradient(start)
    result = projected_newton(fixed, start, tolerance, max_iterations)
  return result._replace(duals=implicit(problem, result.duals))


@jax.custom_jvp
def implicit(problem: Problem, duals: dual.Duals) -> dual.Duals:
  """Returns `duals`, solved elsewhere, with the minimiser's derivatives."""
  del problem
  return duals


@implicit.defjvp
def _implicit_jvp(
  primals: tuple[Problem, dual.Duals], tangents: tuple[Problem, dual.Duals]
) -> tuple[dual.Duals, dual.Duals]:
  """Differentiates dL / d alpha_i = 0 on the active set {alpha_i > 0}.

  H_active d alpha = -(d / d problem) dL / d alpha; other duals stay 0.
  """
  problem, duals = primals
  duals = implicit(problem, duals)  # for derivatives of this derivative
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
