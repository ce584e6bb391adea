# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Second derivative of the dual loss, block by block.

  H = Cov_sigma(A) + blockdiag_p((max_epsilon_p - epsilon_p) / rho  1 1^T)

Blocks are contracted from payoffs and joint directly; a gain tensor would cost
d times more for CCE and d^2 times more for CE.
"""

from collections.abc import Callable

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from nes_spiel.equilibria import dual, gains
from nes_spiel.equilibria.problem import Problem

SMALL_PRODUCT = 128  # multiplications


def dual_hessian(
  problem: Problem, duals: dual.Duals, joint: Float[Array, "*a"] | None = None
) -> Float[Array, "m m"]:
  """Returns d^2 L / d alpha^2 with the duals flattened, m = duals.size.

  Rows and columns of duals that do not exist are zero. `joint` is
  `primal_joint(problem, duals)`, where the caller has it already.
  """
  if joint is None:
    joint = dual.primal_joint(problem, duals)
  covariance = gain_covariance(problem.payoffs, joint, problem.concept)
  size = duals[0].size
  slack = dual.epsilon_slack(problem, duals) / problem.rho
  players = duals.shape[0]
  if problem.shared_epsilon:
    coupling = jnp.full((players, players), slack[0])
  else:
    coupling = jnp.diag(slack)
  approximation = jnp.repeat(jnp.repeat(coupling, size, 0), size, 1)
  exists = problem.dual_mask.reshape(-1)
  both = exists[:, None] & exists[None, :]
  return jnp.where(both, covariance + approximation, 0)


def gain_covariance(
  payoffs: Float[Array, "n *a"],
  joint: Float[Array, "*a"],
  concept: gains.Concept,
) -> Float[Array, "m m"]:
  """Returns Cov_sigma of all players' deviation gains, flattened as the duals.

  Args:
    payoffs: `[n, *a]`.
    joint: sigma, `[*a]`.
    concept: "ce" or "cce".

  Returns:
    `[n d, n d]` for CCE, `[n d d, n d d]` for CE, d the largest number of
    strategies.
  """
  players, size = payoffs.shape[0], max(payoffs.shape[1:])
  block = (_cce_blocks if concept == "cce" else _ce_blocks)(payoffs, joint)
  blocks: dict[tuple[int, int], Array] = {}
  for p in range(players):
    for q in range(p, players):
      matrix = _pad_block(block(p, q), size)
      blocks[p, q], blocks[q, p] = matrix, matrix.T
  moment = jnp.block(
    [[blocks[p, q] for q in range(players)] for p in range(players)]
  )
  mean = gains.expected_gains(payoffs, joint, concept).reshape(-1)
  return moment - mean[:, None] * mean[None, :]


def _pad_block(block: Array, size: int) -> Array:
  """Pads every axis of a block to `size`, then makes it a square matrix."""
  padded = jnp.pad(block, [(0, size - k) for k in block.shape])
  half = padded.ndim // 2
  return padded.reshape(size**half, size**half)


def _cce_blocks(
  payoffs: Float[Array, "n *a"], joint: Float[Array, "*a"]
) -> Callable[[int, int], Array]:
  """Returns a function to E[A_p(a') A_q(b')] for CCE, `[a_p, a_q]`.

  A_p(a', a) = G_p(a', a_-p) - G_p(a), so the product has four terms.
  """
  players = payoffs.shape[0]
  weighted = joint[None] * payoffs
  staying = _product(
    weighted.reshape(players, -1), payoffs.reshape(players, -1).T
  )
  moving = []  # E[G_p(a', a_-p) G_q(a)], [a_p, q] for every p
  for p, payoff in enumerate(payoffs):
    others = [jnp.sum(gains.as_matrix(w, p), axis=0) for w in weighted]
    own = gains.as_matrix(payoff, p)
    moving.append(_product(own, jnp.stack(others, axis=1)))

  def block(p: int, q: int) -> Float[Array, "k l"]:
    if p == q:
      own = gains.as_matrix(payoffs[p], p)
      sigma = jnp.sum(gains.as_matrix(joint, p), axis=0)
      both = _product(own * sigma[None, :], own.T)
    else:
      mine, sigma, theirs = _pair_axes(payoffs[p], joint, payoffs[q], p, q)
      swapped = jnp.swapaxes(sigma, 0, 1)
      half = jax.vmap(_product, in_axes=2, out_axes=2)(mine, swapped)
      theirs = jnp.swapaxes(theirs, 1, 2)  # half, theirs: p's, the others', ...
      both = _product(
        half.reshape(len(half), -1), theirs.reshape(-1, theirs.shape[-1])
      )
    return both - moving[p][:, q, None] - moving[q][None, :, p] + staying[p, q]

  return block


def _product(
  left: Float[Array, "i j"], right: Float[Array, "j k"]
) -> Float[Array, "i k"]:
  """Returns left @ right.

  A batch of small products costs a CPU ten times more as calls of its matrix
  library than written out.
  """
  if left.shape[0] * right.size > SMALL_PRODUCT:
    return left @ right
  return jnp.sum(left[:, :, None] * right[None, :, :], axis=1)


def _pair_axes(
  mine: Array, joint: Array, theirs: Array, p: int, q: int
) -> list[Float[Array, "k l rest"]]:
  """Returns the tensors with p's axis first, q's second, the others joined."""
  tensors = [jnp.moveaxis(x, (p, q), (0, 1)) for x in (mine, joint, theirs)]
  return [x.reshape(*x.shape[:2], -1) for x in tensors]


def _ce_blocks(
  payoffs: Float[Array, "n *a"], joint: Float[Array, "*a"]
) -> Callable[[int, int], Array]:
  """Returns a function to E[A_p(a', a'') A_q(b', b'')], `[a', a'', b', b'']`.

  One player is never recommended two strategies at once, so its own block is
  diagonal in the recommendation; between players each pair of recommendations
  touches the joints that contain both.
  """

  def block(p: int, q: int) -> Float[Array, "k k l l"]:
    if p == q:
      own, sigma = gains.as_matrix(payoffs[p], p), gains.as_matrix(joint, p)
      gain = own[:, None, :] - own[None, :, :]
      same = jnp.einsum("ikr,jkr,kr->kij", gain, gain, sigma)
      recommended = jnp.eye(len(own), dtype=own.dtype)
      return jnp.einsum("kij,kl->ikjl", same, recommended)
    mine, sigma, theirs = _pair_axes(payoffs[p], joint, payoffs[q], p, q)
    gain_p = mine[:, None] - mine[None]
    gain_q = theirs[:, :, None] - theirs[:, None]
    return jnp.einsum("ikmr,kjmr,kmr->ikjm", gain_p, gain_q, sigma)

  return block
