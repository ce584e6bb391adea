# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Relationships between players, designed so that society pays less."""

from nes_spiel.relationship_games.design import (
  Certificate,
  Design,
  design_weights,
  worst_near,
)
from nes_spiel.relationship_games.instances import (
  congestion_with_ambulance,
  from_graphs,
  two_lane_congestion,
)
from nes_spiel.relationship_games.projected_descent import (
  Descent,
  DescentOptions,
  DescentStatus,
  min_max_descent,
  min_min_descent,
)
from nes_spiel.relationship_games.relationship_game import (
  RelationshipGame,
  induced_costs,
  induced_payoffs,
)
from nes_spiel.relationship_games.social_costs import (
  expected_social_cost,
  social_cost_at,
  social_cost_gradient,
)

__all__ = [
  "Certificate",
  "Descent",
  "DescentOptions",
  "DescentStatus",
  "Design",
  "RelationshipGame",
  "congestion_with_ambulance",
  "design_weights",
  "expected_social_cost",
  "from_graphs",
  "induced_costs",
  "induced_payoffs",
  "min_max_descent",
  "min_min_descent",
  "social_cost_at",
  "social_cost_gradient",
  "two_lane_congestion",
  "worst_near",
]
