# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""What makes a network: everything its parameters' names and shapes follow."""

import dataclasses
from typing import Any, Literal

from nes_spiel.equilibria import CONCEPTS, Concept

Input = Literal["payoffs", "reference_logits", "target_epsilon"]
INPUTS: tuple[Input, ...] = ("payoffs", "reference_logits", "target_epsilon")
