# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Solution concepts: gains, gaps, selections, the dual, exact solvers."""

from nes_spiel.equilibria import polytope
from nes_spiel.equilibria.curvature import dual_hessian, gain_covariance
from nes_spiel.equilibria.dual import (
  dual_gradient,
  dual_loss,
  logits,
  primal_epsilon,
  primal_joint,
)
from nes_spiel.equilibria.dual_solution import DualSolution, Status
from nes_spiel.equilibria.exact import solve_dual
from nes_spiel.equilibria.extreme_points import ExtremePoints, extreme_points
from nes_spiel.equilibria.gains import (
  CONCEPTS,
  Concept,
  deviation_gains,
  expected_gains,
)
from nes_spiel.equilibria.gaps import gap_sum, largest_gains, solver_gap
from nes_spiel.equilibria.joints import marginals
from nes_spiel.equilibria.logit_branch import LogitBranch, logit_branch
from nes_spiel.equilibria.mirror_descent import (
  magnetic_mirror_descent_step,
  moved_magnet,
)
from nes_spiel.equilibria.mixed_profiles import (
  cross_payoffs,
  deviation_payoffs,
  expected_payoff,
)
from nes_spiel.equilibria.payoff_region import PayoffRegion, payoff_region
from nes_spiel.equilibria.problem import Problem, standardized_problem
from nes_spiel.equilibria.quantal_response import (
  QuantalResponse,
  condition_number,
  logit_response,
  response_gap,
  solve_quantal_response,
)
from nes_spiel.equilibria.response_search import (
  QuantalResponseSet,
  quantal_response_equilibria,
)
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
from nes_spiel.equilibria.smoothness import Smoothness, best_smoothness
from nes_spiel.equilibria.welfare import (
  Prices,
  expected_welfare,
  nash_price_of_anarchy,
  pure_equilibria,
  utilitarian_welfare,
)

__all__ = [
  "CONCEPTS",
  "SELECTIONS",
  "Concept",
  "DualSolution",
  "ExtremePoints",
  "LogitBranch",
  "MaximumEntropy",
  "MaximumStrength",
  "MaximumWelfare",
  "MaximumWelfareMaximumEntropy",
  "MinimumRelativeEntropy",
  "PayoffRegion",
  "Prices",
  "Problem",
  "QuantalResponse",
  "QuantalResponseSet",
  "Selection",
  "Smoothness",
  "Status",
  "best_smoothness",
  "condition_number",
  "cross_payoffs",
  "deviation_gains",
  "deviation_payoffs",
  "dual_gradient",
  "dual_hessian",
  "dual_loss",
  "expected_gains",
  "expected_payoff",
  "expected_welfare",
  "extreme_points",
  "gain_covariance",
  "gap_sum",
  "largest_gains",
  "logit_branch",
  "logit_response",
  "logits",
  "magnetic_mirror_descent_step",
  "make_selection",
  "marginals",
  "moved_magnet",
  "nash_price_of_anarchy",
  "payoff_region",
  "polytope",
  "primal_epsilon",
  "primal_joint",
  "pure_equilibria",
  "quantal_response_equilibria",
  "response_gap",
  "solve_dual",
  "solve_quantal_response",
  "solver_gap",
  "standardized_problem",
  "utilitarian_welfare",
]
