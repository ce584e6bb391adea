# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""What Algorithm 1 requires, with the ranges that it makes sense in."""

import dataclasses
import math

import jax

from nes_spiel.games import number_checks


@jax.tree_util.register_static
@dataclasses.dataclass(frozen=True)
class MixingOptions:
  """How an agent learns its row; defaults are Table 1's of Trust-Your-Brother.

  Static under every transformation of JAX.

  Attributes:
    step_size: eta_A, of entropic mirror descent.
    delta: how far a trial's logits are from the row's, in Euclidean length.
    epsilon: at 0 agents move only if their return falls; above it also if it
      rises by less than epsilon an iteration.
    kl_weight: nu of Eq. 9, which draws rows back to the agents' own rewards.
    tau_min, tau_max: iterations that a trial lasts, all lengths from the first
      to the last equally likely.
    own_share: A_ii at the start, the rest is shared equally.
    lowest, highest: what logits are clipped to in an update, before they are
      normalised. That moves rows without any gradient where a log A_ij lies
      below the paper's -5: after a large update, which leaves up to -10, and
      with three or more agents from the start.
    reference: c, a return that stays with who earned it: agents learn their
      rows by c + A~^T (G - c), which adds up to what returns G do. A trial in
      which an agent gives more lowers what it is told at once if returns are
      above c, so that Algorithm 1 takes it back, and raises it below; near c
      it counts what others do about it. Losses lie below 0. In a loop of
      your own, `referred_returns` makes it of what agents received.
    scale_n_over_delta: multiply the estimate by n / delta, n the number of
      agents that a row gives to. Section 2.6 has that factor, Algorithm 1 has
      not. With it the estimate is an unbiased one of a smoothed gradient with
      respect to logits, in which trials are made; the step takes it for one
      with respect to A.
    warm_up: end the first trial without an update. As printed, the first return
      is compared with 0, which no trial earned.

  Raises:
    ValueError: a number out of its range.
  """

  step_size: float = 1.0
  delta: float = 1.0
  epsilon: float = 0.0
  kl_weight: float = 0.0
  tau_min: int = 10
  tau_max: int = 20
  own_share: float = 0.99
  lowest: float = -5.0
  highest: float = 5.0
  reference: float = 0.0
  scale_n_over_delta: bool = False
  warm_up: bool = True

  def __post_init__(self) -> None:
    """Checks the options."""
    for name in ("step_size", "epsilon", "kl_weight"):
      number_checks.check_number(name, getattr(self, name))
    number_checks.check_inside("delta", self.delta, 0)
    number_checks.check_count("tau_min", self.tau_min)
    number_checks.check_count("tau_max", self.tau_max, self.tau_min)
    number_checks.check_inside("own_share", self.own_share, 0, 1)
    number_checks.check_around_zero(
      "lowest, highest", self.lowest, self.highest
    )
    number_checks.check_number("reference", self.reference, lowest=-math.inf)
    number_checks.check_flag("scale_n_over_delta", self.scale_n_over_delta)
    number_checks.check_flag("warm_up", self.warm_up)
