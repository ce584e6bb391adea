# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""A selection checked against the games it is for, and given a batch axis."""

import dataclasses
from typing import Any

import jax.numpy as jnp
import numpy as np

from nes_spiel.equilibria.selection import Selection
from nes_spiel.games import masks, validation

TARGET_SUM_TOLERANCE = 1e-5


def check_selection(
  selection: Selection,
  shape: tuple[int, ...],
  strategy_mask: Any = None,
  batch: int | None = None,
) -> None:
  """Raises ValueError where a selection does not fit the games.

  Args:
    selection: as the caller gave it.
    shape: one game's payoff shape, `(n, *a)`.
    strategy_mask: None, or with a leading batch axis.
    batch: the number of games; None where no batch axis is allowed.

  Raises:
    ValueError: something other than a Selection, an array of the wrong shape,
      a target joint that is not positive or does not sum to 1, a rho or
      max_epsilon that is not positive, a negative mu, or NaN.
  """
  if not isinstance(selection, Selection):
    raise ValueError(
      "selection: expected a Selection such as MaximumEntropy(), got "
      f"{selection!r}."
    )
  players, joint = shape[:1], shape[1:]
  wanted: dict[str, list[tuple[int, ...]]] = {
    "target_joint": [joint],
    "welfare": [joint],
    "target_epsilon": [(), players],
    "max_epsilon": [(), players],
    "mu": [()],
    "rho": [()],
  }
  for name, shapes in wanted.items():
    value = getattr(selection, name)
    if value is not None:
      _check_shape(name, np.shape(value), shapes, batch)
      if not validation.is_traced(value):
        _check_values(name, np.asarray(value, np.float64))
  target = selection.target_joint
  if target is not None and not validation.is_traced(target, strategy_mask):
    _check_target(np.asarray(target, np.float64), joint, strategy_mask)


def _check_shape(
  name: str,
  seen: tuple[int, ...],
  shapes: list[tuple[int, ...]],
  batch: int | None,
) -> None:
  """Raises unless the shape is allowed, with or without the batch axis."""
  allowed = list(shapes)
  if batch is not None:
    # One axis of epsilons is per player, so per game it needs both axes.
    allowed += [(batch, *s) for s in shapes if s or len(shapes) == 1]
  if seen not in allowed:
    raise ValueError(
      f"selection.{name}: expected one of the shapes {allowed}, got {seen}."
    )


def _check_values(name: str, value: np.ndarray) -> None:
  """Raises for NaN, and for signs that Eq. 6 does not allow."""
  if np.isnan(value).any():
    raise ValueError(f"selection.{name}: NaN is not accepted.")
  if name != "target_epsilon":
    validation.check_finite(f"selection.{name}", value)
  if name in ("rho", "max_epsilon") and (value <= 0).any():
    raise ValueError(
      f"selection.{name}: expected positive numbers, got {value.min()}."
    )
  if name == "mu" and (value < 0).any():
    raise ValueError(
      f"selection.mu: expected 0 or more, got {value.min()}; to minimise a "
      "welfare, negate it."
    )


def _check_target(
  target: np.ndarray, joint: tuple[int, ...], strategy_mask: Any
) -> None:
  """Raises unless the target is a positive distribution over joints."""
  target = target.reshape(-1, *joint)
  exists = np.ones(joint, bool)[None]
  if strategy_mask is not None:
    exists = np.stack(
      [masks.joint_mask(np.asarray(mask), joint) for mask in strategy_mask]
    )
  target, exists = np.broadcast_arrays(target, exists)
  if (target[exists] <= 0).any():
    raise ValueError(
      "selection.target_joint: every joint strategy that exists needs a "
      f"positive probability; the smallest is {target[exists].min()}. Mix in "
      "a little of the uniform joint."
    )
  sums = np.where(exists, target, 0).reshape(target.shape[0], -1).sum(1)
  worst = sums[np.argmax(abs(sums - 1))]
  if abs(worst - 1) > TARGET_SUM_TOLERANCE:
    raise ValueError(
      f"selection.target_joint: must sum to 1, got a sum of {worst:.6g}."
    )


def batch_selection(
  selection: Selection, batch: int, players: int
) -> Selection:
  """Returns the selection with a leading batch axis on every array.

  Args:
    selection: checked by `check_selection`.
    batch: b.
    players: n, which is also the rank of a joint.
  """
  ranks = {"target_joint": players, "welfare": players, "mu": 0, "rho": 0}
  batched = {}
  for name in (*ranks, "target_epsilon", "max_epsilon"):
    value = getattr(selection, name)
    if value is None:
      continue
    numpy = jnp if validation.is_traced(value) else np
    rank = ranks.get(name, min(numpy.ndim(value), 1))
    shape = numpy.shape(value)
    shape = shape if len(shape) > rank else (1, *shape)
    value = numpy.reshape(numpy.asarray(value), shape)
    batched[name] = numpy.broadcast_to(value, (batch, *shape[1:]))
  return dataclasses.replace(selection, **batched)
