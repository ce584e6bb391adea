# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""The rows of Table 3: which parameters of Eq. 6 a network is trained for."""

from typing import Literal, NamedTuple

from nes_spiel.nes.config import Config, Input

Target = Literal["uniform", "counts", "any"]
Welfare = Literal["none", "payoffs", "any"]
Epsilon = Literal["zero", "least", "any"]


class Row(NamedTuple):
  """What a row of Table 3 varies from game to game.

  Attributes:
    target: the uniform joint; "counts", a product of counts over their sum, as
      repeats in JPSRO are, which is our reading of MT; or "any", from a flat
      Dirichlet distribution.
    welfare: none; "payoffs", their sum over players, who in training have equal
      scales; or "any", from the invariant subspace.
    epsilon: zero; "least", the smallest there is; or "any", half of them as the
      table has it, half shares of the largest gain, see `sample_selection`.
  """

  target: Target = "uniform"
  welfare: Welfare = "none"
  epsilon: Epsilon = "zero"


ROWS: dict[str, Row] = {
  "ME": Row(),
  "MT": Row(target="counts"),
  "MU": Row(welfare="payoffs"),
  "MWME": Row(welfare="any"),
  "MRE": Row(target="any"),
  "MS": Row(epsilon="least"),
  "eps-ME": Row(epsilon="any"),
  "eps-MWME": Row(welfare="any", epsilon="any"),
  "eps-MRE": Row(target="any", epsilon="any"),
}


def unseen_input(config: Config, name: str) -> Input | None:
  """Returns an input without which a network cannot tell a row, or None."""
  row, inputs = ROWS[name], config.inputs
  if "reference_logits" not in inputs:
    if row.target != "uniform" and "target_joint" not in inputs:
      return "reference_logits"
    if row.welfare != "none" and "welfare" not in inputs:
      return "reference_logits"
  if row.epsilon != "zero" and "target_epsilon" not in inputs:
    return "target_epsilon"
  return None
