# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Checks at the door: every refusal says what was seen and what is accepted.

Everything here runs on the host, on concrete arrays. Values that a jit or vmap
traces cannot be looked at; only their shapes are checked then, and what is
wrong with them shows in the status of the result.
"""

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from nes_spiel.games import masks


def is_traced(*values: Any) -> bool:
  """Returns whether any leaf is a tracer, so that its numbers are unknown."""
  leaves = jax.tree_util.tree_leaves(values)
  return any(isinstance(leaf, jax.core.Tracer) for leaf in leaves)


def as_array(values: Any) -> Any:
  """Returns JAX arrays as they are, anything else as NumPy."""
  return values if isinstance(values, jax.Array) else np.asarray(values)


def as_payoffs(payoffs: Any, name: str = "payoffs") -> Any:
  """Returns payoffs as one floating-point array `[n, *a]`, without checking.

  Args:
    payoffs: an array `[n, *a]`, or one array `[*a]` per player, as
      `PSROSolver.get_meta_game()` returns.
    name: of the argument, for errors.

  Raises:
    ValueError: the per-player arrays differ in shape.
  """
  if isinstance(payoffs, Sequence):
    shapes = [np.shape(payoff) for payoff in payoffs]
    if len(set(shapes)) > 1:
      raise ValueError(
        f"{name}: every player's array must have the same shape, one axis per "
        f"player; got {shapes}."
      )
    if is_traced(payoffs):
      payoffs = jnp.stack(list(payoffs))
  array = as_array(payoffs)
  if jnp.issubdtype(array.dtype, jnp.integer) or array.dtype == bool:
    exact = float if isinstance(payoffs, jax.Array) else np.float64
    return array.astype(exact)
  return array


def check_payoffs(
  payoffs: Any,
  batched: bool = False,
  strategy_mask: Any = None,
  name: str = "payoffs",
) -> Any:
  """Returns payoffs as an array after checking rank, shape and finiteness.

  Args:
    payoffs: as in `as_payoffs`, with a leading batch axis if `batched`.
    batched: whether the first axis counts games.
    strategy_mask: `[n, d]`, or `[b, n, d]`; values that it leaves out may be
      anything. None keeps all.
    name: of the argument, for errors.

  Raises:
    ValueError: a wrong rank, a player without strategies, an empty batch, a
      non-numeric dtype, a value that is NaN or infinite, or a mask that
      `check_strategy_mask` refuses.
  """
  payoffs = as_payoffs(payoffs, name)
  if not jnp.issubdtype(payoffs.dtype, jnp.floating):
    hint = " Games by name: nes_spiel.games.load." if payoffs.ndim == 0 else ""
    raise ValueError(
      f"{name}: expected real numbers, got dtype {payoffs.dtype}.{hint}"
    )
  _check_shape(name, payoffs.shape, batched)
  if strategy_mask is not None:
    strategy_mask = check_strategy_mask(strategy_mask, payoffs.shape, batched)
  if not is_traced(payoffs, strategy_mask):
    check_finite(name, _that_exist(payoffs, strategy_mask, batched))
  return payoffs


def check_game(
  payoffs: Any, strategy_mask: Any = None
) -> tuple[np.ndarray, np.ndarray]:
  """Returns payoffs in float64, zero where nothing exists, and the mask.

  Args:
    payoffs: as in `as_payoffs`.
    strategy_mask: `[n, d]`, all strategies if None.

  Raises:
    ValueError: what `check_payoffs` refuses.
  """
  payoffs = check_payoffs(payoffs, strategy_mask=strategy_mask)
  mask = masks.full_strategy_mask(payoffs.shape[1:])
  if strategy_mask is not None:
    mask &= np.asarray(strategy_mask)
  existing = _that_exist(payoffs, mask, batched=False)
  return existing.astype(np.float64), mask


def _that_exist(payoffs: Any, mask: Any, batched: bool) -> np.ndarray:
  """Returns the payoffs with zeros at joint strategies that do not exist."""
  if mask is None:
    return np.asarray(payoffs)
  shape = payoffs.shape[2 if batched else 1 :]
  given = np.asarray(mask) if batched else np.asarray(mask)[None]
  exists = np.stack([masks.joint_mask(one, shape) for one in given])
  exists = exists[:, None] if batched else exists
  return np.where(exists, np.asarray(payoffs), 0)


def _check_shape(name: str, shape: tuple[int, ...], batched: bool) -> None:
  """Raises unless `shape` is `[n, a_1, ..., a_n]`, after the batch axis."""
  wanted = "[b, n, a_1, ..., a_n]" if batched else "[n, a_1, ..., a_n]"
  game = shape[1:] if batched else shape
  if not game or len(game) != game[0] + 1:
    raise ValueError(
      f"{name}: expected shape {wanted}, the player axis followed by one "
      f"strategy axis per player; got {shape}."
    )
  if 0 in shape:
    raise ValueError(
      f"{name}: every player needs at least one strategy, and a batch at least "
      f"one game; got shape {shape}."
    )


def check_finite(name: str, values: Any) -> None:
  """Raises ValueError with the first index at which `values` is not finite."""
  bad = ~np.isfinite(np.asarray(values))
  if bad.any():
    index = tuple(int(i) for i in np.argwhere(bad)[0])
    raise ValueError(
      f"{name}: every value must be finite; found {int(bad.sum())} that are "
      f"not, the first at index {index}: {np.asarray(values)[index]}."
    )


def check_strategy_mask(
  mask: Any, shape: tuple[int, ...], batched: bool = False
) -> Any:
  """Returns the mask as booleans after checking it against the payoffs.

  Args:
    mask: `[n, d]` (or `[b, n, d]`), true where a player has the strategy; d is
      the largest number of strategies.
    shape: the payoffs' shape.
    batched: whether both have a leading batch axis.

  Raises:
    ValueError: a shape that does not match the payoffs, a dtype other than
      bool, or a player without strategies.
  """
  start = 1 if batched else 0
  wanted = (*shape[: start + 1], max(shape[start + 1 :]))
  if np.shape(mask) != wanted:
    raise ValueError(
      f"strategy_mask: payoffs of shape {shape} need a mask of shape {wanted}, "
      f"got {np.shape(mask)}."
    )
  mask = as_array(mask)
  if mask.dtype != bool:
    raise ValueError(f"strategy_mask: expected booleans, got {mask.dtype}.")
  if is_traced(mask):
    return mask
  sizes = np.asarray(shape[start + 1 :])[:, None]
  usable = np.asarray(mask) & (np.arange(wanted[-1]) < sizes)
  if not usable.any(-1).all():
    index = tuple(int(i) for i in np.argwhere(~usable.any(-1))[0])
    raise ValueError(
      "strategy_mask: every player needs at least one strategy; player "
      f"{index[-1]} has none" + (f" in game {index[0]}." if batched else ".")
    )
  return mask
