# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Which network solves what is asked for, and the refusal where none does."""

from typing import Any

import numpy as np
from jaxtyping import Float

from nes_spiel.equilibria import joints
from nes_spiel.equilibria.selection import MU, Selection
from nes_spiel.games import masks, validation
from nes_spiel.nes import pretrained
from nes_spiel.nes.files import Model
from nes_spiel.nes.rows import (
  ROWS,
  Epsilon,
  Row,
  Target,
  Welfare,
  unseen_input,
)
from nes_spiel.solvers.solution import Concept

# A network trained on arbitrary targets (or welfares) also serves products of
# counts (or the sum of payoffs). It does not serve the uniform target or no
# welfare, which that sampling never draws, nor zero or least epsilons, which
# come with another rho.
ALSO = {"target": "counts", "welfare": "payoffs"}
# How a message names a kind that a network was not trained for.
KINDS = {
  ("target", "uniform"): "the uniform target",
  ("target", "counts"): "products of counts",
  ("target", "any"): "any joint that is no product of counts",
  ("epsilon", "zero"): "an epsilon of zero",
  ("epsilon", "least"): "epsilons as low as they can be (MS)",
  ("epsilon", "any"): "other epsilons than zero",
  ("welfare", "none"): "no welfare",
  ("welfare", "payoffs"): "the sum of payoffs",
  ("welfare", "any"): "other welfares than the sum of payoffs",
}
# Relative, of a target joint to the product of its marginals.
PRODUCT_TOLERANCE = 1e-3


def shipped_model(
  concept: Concept, players: int, selection: Selection, strategy_mask: Any
) -> Model:
  """Returns the shipped network that serves, of the fewest rows.

  Args:
    concept: as asked for.
    players: of the games.
    selection: as the caller gave it, `check_selection` passed.
    strategy_mask: None, or with a leading batch axis.

  Raises:
    ValueError: there is none; says what there is, and what solves it exactly.
  """
  table = pretrained.pretrained_table()
  names = [
    name
    for name, facts in table.items()
    if (facts["concept"], facts["players"]) == (concept, players)
  ]
  if not names:
    raise ValueError(
      f'method: no shipped network solves "{concept}" for {players} players; '
      f'there are {sorted(table)}. method="exact" solves it.'
    )
  names.sort(key=lambda name: len(set(table[name]["rows"])))
  models = [pretrained.load_pretrained(name) for name in names]
  for model in models[:-1]:
    if refusal(model, concept, players, selection, strategy_mask) is None:
      return model
  check_serves(models[-1], concept, players, selection, strategy_mask)
  return models[-1]


def check_serves(
  model: Model,
  concept: Concept,
  players: int,
  selection: Selection,
  strategy_mask: Any = None,
) -> None:
  """Raises ValueError for what a network was not trained for.

  Args:
    model: the network.
    concept: as asked for.
    players: of the games.
    selection: as the caller gave it, `check_selection` passed.
    strategy_mask: None, or with a leading batch axis.
  """
  reason = refusal(model, concept, players, selection, strategy_mask)
  if reason is not None:
    raise ValueError(
      f'{reason}; method="exact" solves it ({concept}, {players} players).'
    )


def refusal(
  model: Model,
  concept: Concept,
  players: int,
  selection: Selection,
  strategy_mask: Any = None,
) -> str | None:
  """Returns why a network cannot serve, or None; as `check_serves` takes it."""
  config = model.network.config
  if (concept, players) != (config.concept, config.players):
    return (
      f'method: this network is for "{config.concept}" and {config.players} '
      "players"
    )
  return _refused_setting(selection) or _refused_row(
    model, players, selection, strategy_mask
  )


def _refused_setting(selection: Selection) -> str | None:
  """Returns what is said of a parameter that no network takes, or None."""
  for name in ("max_epsilon", "rho"):
    if (given := getattr(selection, name)) is not None:
      return (
        f"selection.{name}: networks are trained with its default alone, got "
        f"{given}"
      )
  if selection.shared_epsilon:
    return "selection.shared_epsilon: networks are trained without"
  if selection.mu is not None and _differs(selection.mu, MU):
    return f"selection.mu: networks are trained with {MU:g} or None"
  return None


def _refused_row(
  model: Model, players: int, selection: Selection, strategy_mask: Any
) -> str | None:
  """Returns what is said where no row of a network has all kinds, or None."""
  config = model.network.config
  names = [
    name
    for name in dict.fromkeys(model.facts.get("rows", ("ME",)))
    if unseen_input(config, name) is None
  ]
  asked = Row(
    target=_target_kind(selection.target_joint, players, strategy_mask),
    welfare=_welfare_kind(selection),
    epsilon=_epsilon_kind(selection.target_epsilon),
  )
  rows = [ROWS[name] for name in names]
  for field, kind in asked._asdict().items():
    serving = {kind, "any"} if kind == ALSO.get(field) else {kind}
    rows = [row for row in rows if getattr(row, field) in serving]
    if not rows:
      return _refused_kind(field, kind, names)
  return None


def _refused_kind(field: str, kind: str, names: list[str]) -> str:
  """Returns what is said of a kind that no row has."""
  argument = {"target": "target_joint", "epsilon": "target_epsilon"}
  seen = KINDS[field, kind]
  return (
    f"selection.{argument.get(field, field)}: this network was trained for the "
    f"rows {', '.join(names)} of Table 3, which leave out {seen} here"
  )


def _differs(value: Any, expected: float) -> bool:
  """Returns whether a number may be another than expected."""
  return validation.is_traced(value) or bool(
    np.any(np.asarray(value) != expected)
  )


def _welfare_kind(selection: Selection) -> Welfare:
  if selection.mu is None:
    return "none"
  return "payoffs" if selection.welfare is None else "any"


def _epsilon_kind(epsilon: Any) -> Epsilon:
  if not _differs(epsilon, 0):
    return "zero"
  return "any" if _differs(epsilon, -np.inf) else "least"


def _target_kind(target: Any, players: int, strategy_mask: Any) -> Target:
  """Returns a `Row.target`; what is traced counts as a product of counts."""
  if target is None:
    return "uniform"
  if validation.is_traced(target, strategy_mask):
    return "counts"
  apart = _far_from_product(np.asarray(target), players, strategy_mask)
  return "any" if apart > PRODUCT_TOLERANCE else "counts"


def _far_from_product(
  target: Float[np.ndarray, "*b_a"], players: int, strategy_mask: Any
) -> float:
  """Returns how far joints are from their marginals' product, relative."""
  joint = target.shape[-players:]
  target = target.reshape(-1, *joint).astype(np.float64)
  if strategy_mask is not None:
    exists = [masks.joint_mask(np.asarray(m), joint) for m in strategy_mask]
    target = np.where(np.stack(exists), target, 0)
  product = joints.product_of_marginals(target, leading=1)
  apart = np.abs(target - product) / np.where(product > 0, product, 1)
  return float(apart.max())
