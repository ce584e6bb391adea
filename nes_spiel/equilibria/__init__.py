# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Solution concepts: gains, gaps, selections, the dual, exact solvers."""

from nes_spiel.equilibria.curvature import dual_hessian, gain_covariance
from nes_spiel.equilibria.dual import (
  dual_gradient,
  dual_loss,
  logits,
  primal_epsilon,
  primal_joint,
)
from nes_spiel.equilibria.exact import solve_dual
from nes_spiel.equilibria.gains import (
  CONCEPTS,
  Concept,
  deviation_gains,
  expected_gains,
)
from nes_spiel.equilibria.gaps import (
  gap_sum,
  largest_gains,
  marginals,
  solver_gap,
)
from nes_spiel.equilibria.interior_point import DualSolution, Status
from nes_spiel.equilibria.mirror_descent import (
  magnetic_mirror_descent_step,
  moved_magnet,
)
from nes_spiel.equilibria.problem import Problem, standardized_problem
from nes_spiel.equilibria.selection import (
  SELECTIONS,
  MaximumEntropy,
  MaximumStrength,
  MaximumWelfare,
  MaximumWelfareMaximumEntropy,
  MinimumRelativeEntropy,
  Selection,
  make_selection,
)
from nes_spiel.equilibria.welfare import expected_welfare, utilitarian_welfare

__all__ = [
  "CONCEPTS",
  "SELECTIONS",
  "Concept",
  "DualSolution",
  "MaximumEntropy",
  "MaximumStrength",
  "MaximumWelfare",
  "MaximumWelfareMaximumEntropy",
  "MinimumRelativeEntropy",
  "Problem",
  "Selection",
  "Status",
  "deviation_gains",
  "dual_gradient",
  "dual_hessian",
  "dual_loss",
  "expected_gains",
  "expected_welfare",
  "gain_covariance",
  "gap_sum",
  "largest_gains",
  "logits",
  "magnetic_mirror_descent_step",
  "make_selection",
  "marginals",
  "moved_magnet",
  "primal_epsilon",
  "primal_joint",
  "solve_dual",
  "solver_gap",
  "standardized_problem",
  "utilitarian_welfare",
]
