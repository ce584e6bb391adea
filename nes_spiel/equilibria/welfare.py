# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Welfare of given equilibria."""

import jax.numpy as jnp
from jaxtyping import Array, Float


def utilitarian_welfare(payoffs: Float[Array, "n *a"]) -> Float[Array, "*a"]:
  """Returns W(a) = sum_p G_p(a), in payoff units."""
  return jnp.sum(payoffs, axis=0)


def expected_welfare(
  payoffs: Float[Array, "n *a"], joint: Float[Array, "*a"]
) -> Float[Array, ""]:
  """Returns sum_a sigma(a) sum_p G_p(a), in payoff units."""
  return jnp.sum(utilitarian_welfare(payoffs) * joint)
