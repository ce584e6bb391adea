# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Payoffs, prices and contracts, designed through differentiable equilibria."""

from nes_spiel.mechanism_design.convex_set import ConvexSet, convex_set
from nes_spiel.mechanism_design.design import Design, DesignStatus, design
from nes_spiel.mechanism_design.payoff_tasks import inverse_game, transfers
from nes_spiel.mechanism_design.price_tasks import contract, scheduling, tolls
from nes_spiel.mechanism_design.tasks import RHOS, Task, design_task

__all__ = [
  "RHOS",
  "ConvexSet",
  "Design",
  "DesignStatus",
  "Task",
  "contract",
  "convex_set",
  "design",
  "design_task",
  "inverse_game",
  "scheduling",
  "tolls",
  "transfers",
]
