# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""How losses change while all agents follow their mixed gradients.

Agent i owns row i of the mixing matrix A, what it gives away, and follows the
gradient of what it receives, f^A = A^T f (Eq. 1): dx_j/dt = -F_j with
F_j = sum_k A_kj grad_{x_j} f_k.
"""

from collections.abc import Callable
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float

# From strategies to what every agent loses.
Losses = Callable[[Float[Array, "n k"]], Float[Array, " n"]]


class LocalChange(NamedTuple):
  """Losses and their derivatives along the dynamics.

  Attributes:
    losses: `[n]`, f.
    mixed_losses: `[n]`, f^A.
    jacobian: `[n, n, k]`, grad_{x_j} f_i at `[i, j]`.
    mixed_jacobian: `[n, n, k]`, grad_{x_j} f^A_i at `[i, j]`.
    field: `[n, k]`, F; zero for agents that do not move.
    rates: `[n]`, df/dt.
    mixed_rates: `[n]`, df^A/dt.
    moves: `[n]`, which agents follow F.
  """

  losses: Float[Array, " n"]
  mixed_losses: Float[Array, " n"]
  jacobian: Float[Array, "n n k"]
  mixed_jacobian: Float[Array, "n n k"]
  field: Float[Array, "n k"]
  rates: Float[Array, " n"]
  mixed_rates: Float[Array, " n"]
  moves: Bool[Array, " n"]


def local_change(
  losses: Losses,
  strategies: Float[Array, "n k"],
  received: Float[Array, "n n"],
  moves: Bool[Array, " n"] | None = None,
) -> LocalChange:
  """Returns how losses change where agents follow the gradients of f^A.

  Args:
    losses: from strategies to losses.
    strategies: `[n, k]`.
    received: `[n, n]`, row i what agent i receives of everyone's losses: A^T,
      where agents own the rows that they give away.
    moves: `[n]`, all if None; the others keep their strategies.
  """
  moves = jnp.ones(len(received), bool) if moves is None else moves
  own = losses(strategies)
  jacobian = jax.jacrev(losses)(strategies)
  # A product of matrices for every run would take longer than their sums.
  terms = received[:, :, None, None] * jacobian[None]  # of shape [n, n, n, k]
  mixed_jacobian = jnp.sum(terms, axis=1)
  own_move = jnp.diag(moves)[:, :, None]
  field = jnp.sum(jnp.where(own_move, mixed_jacobian, 0), axis=0)
  return LocalChange(
    losses=own,
    mixed_losses=received @ own,
    jacobian=jacobian,
    mixed_jacobian=mixed_jacobian,
    field=field,
    rates=-jnp.sum(jacobian * field[None], axis=(1, 2)),
    mixed_rates=-jnp.sum(mixed_jacobian * field[None], axis=(1, 2)),
    moves=moves,
  )


def row_gradients(change: LocalChange) -> Float[Array, "n n"]:
  """Returns d(df^A_i/dt) / dA_im: what a shift of row i does to its own rate.

  A_ii weighs agent i's own loss, [m = i] df_i/dt; A_im turns agent m's gradient
  by grad_{x_m} f_i, which changes f^A_i by -<grad_{x_m} f^A_i, grad_{x_m} f_i>.

  Args:
    change: where `received` is A^T.

  Returns:
    `[n, n]`, row i for agent i.
  """
  steered = -jnp.sum(change.mixed_jacobian * change.jacobian, axis=2)
  return jnp.diag(change.rates) + jnp.where(change.moves[None], steered, 0)
