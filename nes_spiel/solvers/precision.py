# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Double precision for one computation, whatever the caller's setting.

`jax.enable_x64(True)` covers what is traced inside it. But JAX traces twice
more, in the caller's setting: to batch what jit has already traced, and for the
backward pass. Both would mix precisions, so both are given rules here that open
double precision again.
"""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np


def in_float64(
  function: Callable[[Any, Any], tuple[Any, Any]], real: Any, fixed: Any
) -> tuple[Any, Any]:
  """Returns `function(real, fixed)` computed in float64, on traced arguments.

  Composes with jit, vmap and reverse-mode differentiation in `real`, in any
  order, once. Second derivatives and forward mode need `jax_enable_x64` to be
  set by the caller, since JAX has no forward rule for a function with a
  backward rule of its own. The backward pass computes `function` again.

  Args:
    function: pure; returns a pytree to differentiate and one of integers.
    real: a pytree of real arrays, cast to float64.
    fixed: a pytree of arrays without derivatives, such as masks.
  """

  def compute(real: Any, fixed: Any) -> tuple[Any, Any]:
    return function(_to_float64(real), fixed)

  if jnp.result_type(float) == np.float64:
    return compute(real, fixed)

  def pull_back(real: Any, fixed: Any, cotangents: Any) -> Any:
    pullback = jax.vjp(lambda values: compute(values, fixed)[0], real)[1]
    return pullback(cotangents)[0]

  def call(real: Any, fixed: Any) -> tuple[Any, Any]:
    return _batched_in_float64(compute)(real, fixed)

  def forward(real: Any, fixed: Any) -> tuple[Any, Any]:
    return call(real, fixed), (real, fixed)

  def backward(arguments: Any, cotangents: Any) -> tuple[Any, None]:
    return _batched_in_float64(pull_back)(*arguments, cotangents[0]), None

  differentiable = jax.custom_vjp(call)
  differentiable.defvjp(forward, backward)
  return differentiable(real, fixed)


def _batched_in_float64(function: Callable[..., Any]) -> Callable[..., Any]:
  """Returns the function, traced and batched in double precision."""

  @jax.custom_batching.custom_vmap
  def call(*arguments: Any) -> Any:
    with jax.enable_x64(True):
      return function(*arguments)

  @call.def_vmap
  def _batch(axis_size: int, batched: Any, *arguments: Any) -> tuple[Any, Any]:
    axes = jax.tree.map(lambda has_axis: 0 if has_axis else None, batched)
    mapped = jax.vmap(function, in_axes=tuple(axes), axis_size=axis_size)
    out = _batched_in_float64(mapped)(*arguments)
    return out, jax.tree.map(lambda _: True, out)

  return call


def _to_float64(tree: Any) -> Any:
  """Casts every array of a pytree to float64."""
  return jax.tree.map(lambda leaf: jnp.asarray(leaf, np.float64), tree)
