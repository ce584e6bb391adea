# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Random parameters of Eq. 6, for training: the rows of Table 3."""

import dataclasses
import functools
from collections.abc import Sequence
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float, Int, Key

from nes_spiel.equilibria import Concept, Selection, dual, expected_gains
from nes_spiel.equilibria.gains import check_concept
from nes_spiel.equilibria.problem import reference_logits
from nes_spiel.equilibria.selection import MU
from nes_spiel.equilibria.welfare import total_payoffs
from nes_spiel.games import masks, standardization
from nes_spiel.nes.rows import ROWS, Row

LARGEST_COUNT = 16  # of a policy's repeats
LEAST_WEIGHT = 1e-6  # of a joint in a target, before it is normalised


class _Drawn(NamedTuple):
  """A row among several, drawn under jit.

  Attributes:
    rows: that may be drawn.
    number: of the one that was.
  """

  rows: tuple[Row, ...]
  number: Int[Array, ""]

  def varies(self, field: str, usual: str) -> bool:
    """Returns whether some row has another kind in a field than the usual."""
    return any(getattr(row, field) != usual for row in self.rows)

  def has(self, field: str, kind: str) -> Bool[Array, ""]:
    """Returns whether the row that was drawn has a kind in a field."""
    table = np.array([getattr(row, field) == kind for row in self.rows])
    return jnp.asarray(table)[self.number]


def sample_selection(
  key: Key[Array, ""],
  names: Sequence[str],
  payoffs: Float[Array, "n *d"],
  strategy_mask: Bool[Array, "n d"],
  concept: Concept,
) -> Selection:
  """Samples the parameters of one game by one of the rows.

  Args:
    key: consumed.
    names: keys of `ROWS`; one that is repeated is drawn as often.
    payoffs: `[n, *d]`, standardised, zero where a joint does not exist.
    strategy_mask: `[n, d]`.
    concept: "ce" or "cce".

  Returns:
    A selection that holds the arrays that some row varies, and no others.
  """
  row, target, welfare, epsilon = jax.random.split(key, 4)
  number = jax.random.randint(row, (), 0, len(names))
  drawn = _Drawn(tuple(ROWS[name] for name in names), number)
  selection = Selection()
  if drawn.varies("target", "uniform"):
    joint = _sample_target(target, drawn, payoffs, strategy_mask)
    selection = dataclasses.replace(selection, target_joint=joint)
  if drawn.varies("welfare", "none"):
    noise = jax.random.normal(welfare, payoffs.shape[1:], payoffs.dtype)
    exists = masks.joint_mask(strategy_mask, payoffs.shape[1:])
    total = total_payoffs(payoffs, exists)
    selection = dataclasses.replace(
      selection,
      welfare=jnp.where(drawn.has("welfare", "any"), noise, total),
      mu=jnp.where(drawn.has("welfare", "none"), 0.0, MU),
    )
  if drawn.varies("epsilon", "zero"):
    usual = jnp.where(drawn.has("epsilon", "least"), -jnp.inf, 0.0)
    other = _sample_epsilon(epsilon, payoffs, selection, strategy_mask, concept)
    other = jnp.where(drawn.has("epsilon", "any"), other, usual)
    selection = dataclasses.replace(selection, target_epsilon=other)
  return selection


def _sample_target(
  key: Key[Array, ""],
  drawn: _Drawn,
  payoffs: Float[Array, "n *d"],
  strategy_mask: Bool[Array, "n d"],
) -> Float[Array, "*d"]:
  """Samples a target joint: uniform, a product of counts, or Dirichlet."""
  counts, weights = jax.random.split(key)
  shape, dtype = payoffs.shape[1:], payoffs.dtype
  exists = masks.joint_mask(strategy_mask, shape)
  flat = jnp.maximum(
    jax.random.exponential(weights, shape, dtype), LEAST_WEIGHT
  )
  joint = jnp.where(drawn.has("target", "any"), flat, 1)
  joint = jnp.where(
    drawn.has("target", "counts"), counts_joint(counts, strategy_mask), joint
  )
  joint = jnp.where(exists, joint, 0)
  return joint / jnp.sum(joint)


def _sample_epsilon(
  key: Key[Array, ""],
  payoffs: Float[Array, "n *d"],
  selection: Selection,
  strategy_mask: Bool[Array, "n d"],
  concept: Concept,
) -> Float[Array, " n"]:
  """Samples target epsilons, half of the games' as Table 3 has them.

  Of those from U(-Z, Z) few bind without being out of reach. The other half are
  shares, from U(-1, 1), of the largest gain at zero duals.
  """
  which, draw = jax.random.split(key)
  logits = reference_logits(payoffs, selection, strategy_mask)
  gains = expected_gains(payoffs, dual.softmax(logits), concept, strategy_mask)
  largest = jnp.max(gains.reshape(gains.shape[0], -1), axis=1)
  exists = masks.joint_mask(strategy_mask, payoffs.shape[1:])
  count = jnp.sum(exists).astype(payoffs.dtype)
  bound = standardization.norm_constant(2, count)
  share = jax.random.uniform(draw, largest.shape, payoffs.dtype, -1, 1)
  return share * jnp.where(jax.random.bernoulli(which), largest, bound)


def sample_selections(
  key: Key[Array, ""],
  name: str,
  payoffs: Float[Array, "b n *a"],
  concept: Concept,
) -> Selection:
  """Samples one selection of a row of Table 3 for each game.

  Args:
    key: consumed.
    name: a key of `ROWS`.
    payoffs: `[b, n, *a]`, standardised.
    concept: "ce" or "cce".

  Returns:
    A selection with a leading b on its arrays, as `solve_batch` takes it.

  Raises:
    ValueError: an unknown row or concept.
  """
  if name not in ROWS:
    raise ValueError(f"name: expected one of {sorted(ROWS)}, got {name!r}.")
  check_concept(concept)
  shape = payoffs.shape[2:]
  pad = [(0, 0), (0, 0), *((0, max(shape) - size) for size in shape)]
  mask = jnp.asarray(masks.full_strategy_mask(shape))
  selection = jax.vmap(
    lambda key, game: sample_selection(key, (name,), game, mask, concept)
  )(jax.random.split(key, len(payoffs)), jnp.pad(payoffs, pad))
  cut = (slice(None), *(slice(size) for size in shape))
  joints = {
    field: getattr(selection, field)[cut]
    for field in ("target_joint", "welfare")
    if getattr(selection, field) is not None
  }
  epsilon = jnp.reshape(selection.target_epsilon, (len(payoffs), -1))
  epsilon = jnp.broadcast_to(epsilon, payoffs.shape[:2])
  return dataclasses.replace(selection, target_epsilon=epsilon, **joints)


def counts_joint(
  key: Key[Array, ""], strategy_mask: Bool[Array, "n d"]
) -> Float[Array, "*d"]:
  """Samples a product of counts over their sum."""
  counts, most = jax.random.split(key)
  top = jax.random.randint(most, (), 1, LARGEST_COUNT + 1)
  count = jax.random.randint(counts, strategy_mask.shape, 1, top + 1)
  weights = jnp.where(strategy_mask, count, 0).astype(jnp.float32)
  weights = weights / jnp.sum(weights, axis=1, keepdims=True)
  return functools.reduce(jnp.multiply.outer, list(weights))
