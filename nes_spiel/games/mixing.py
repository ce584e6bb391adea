# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Games in which players also receive others' costs or payoffs.

Row i of a mixing matrix says what player i receives; agents that own the row
they give away (D3C) pass its transpose.
"""

import jax.numpy as jnp
from jaxtyping import Array, Float


def mix(
  costs: Float[Array, "n *a"], mixing: Float[Array, "n n"]
) -> Float[Array, "n *a"]:
  """Returns what every player receives: sum_j mixing[i, j] costs[j].

  Args:
    costs: `[n, *a]`, or payoffs, or losses `[n]`.
    mixing: `[n, n]`.
  """
  return jnp.einsum("ij,j...->i...", mixing, costs)


def superpose(
  weights: Float[Array, " k"], relationships: Float[Array, "k n n"]
) -> Float[Array, "n n"]:
  """Returns W = sum_r w_r phi_r, the mixing of weighted relationships.

  Section 3.3 of Chen et al. (2024).

  Args:
    weights: `[k]`, of any sign.
    relationships: `[k, n, n]`, phi[i, j] from player i to player j.
  """
  return jnp.einsum("r,rij->ij", weights, relationships)
