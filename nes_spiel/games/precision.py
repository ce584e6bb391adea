# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Casts of whole pytrees."""

from typing import Any

import jax
import jax.numpy as jnp


def cast_real(tree: Any, dtype: Any) -> Any:
  """Casts real numbers, leaves counts, states and masks as they are."""

  def cast(leaf: Any) -> Any:
    real = jnp.issubdtype(jnp.result_type(leaf), jnp.floating)
    return jnp.asarray(leaf, dtype) if real else leaf

  return jax.tree.map(cast, tree)
