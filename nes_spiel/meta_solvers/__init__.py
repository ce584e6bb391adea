# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Our solvers as meta-solvers of OpenSpiel's PSRO and JPSRO."""

from nes_spiel.meta_solvers.conformance import (
  JpsroMetaSolver,
  check_meta_solver,
)
from nes_spiel.meta_solvers.joint_action_solver import JointActionSolver
from nes_spiel.meta_solvers.meta_solver import MetaSolver, padded_size
from nes_spiel.meta_solvers.online import OnlineMetaSolver
from nes_spiel.meta_solvers.openspiel_forms import (
  OpenSpielForms,
  product_of_counts,
)
from nes_spiel.meta_solvers.registry import (
  exact_meta_solvers,
  network_meta_solvers,
  online_meta_solvers,
  register,
)

__all__ = [
  "JointActionSolver",
  "JpsroMetaSolver",
  "MetaSolver",
  "OnlineMetaSolver",
  "OpenSpielForms",
  "check_meta_solver",
  "exact_meta_solvers",
  "network_meta_solvers",
  "online_meta_solvers",
  "padded_size",
  "product_of_counts",
  "register",
]
