# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Equivariant maps: activations pooled, ready to be mixed by a linear layer.

Eqs. 12 to 15 and 18 to 20 of Marris et al. (2022). A map pools activations over
some axes and leaves the others; it commutes with permutations of players and of
each player's strategies because it names axes only by whose they are. A
function here returns its maps by name, each with one tensor per player that
broadcasts to the layer's output: pooled axes keep length 1, so that a linear
layer costs what the pooled tensor is large.

  own    phi_S h(p), S any of {a_p}, {a_-p}
  other  mean over q != p of phi_S h(q), S any of {a_p}, {a_q}, {all others}

phi is a mean or a maximum over the strategies that exist. For two players the
means are all eight linear equivariant maps that there are; for more, maps that
pool over one of several other players are left out.
"""

import functools
import itertools
from typing import TypeAlias

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float

POOLS = ("mean", "max")

# By name: one tensor for each player, channels last.
Maps: TypeAlias = dict[str, list[Array]]


def masked_pool(
  tensor: Float[Array, "..."],
  exists: Bool[Array, "..."],
  axes: tuple[int, ...],
  how: str,
) -> Float[Array, "..."]:
  """Pools over axes, keeping them with length 1; 0 where nothing exists."""
  if how == "mean":
    count = jnp.sum(exists, axis=axes, keepdims=True).astype(tensor.dtype)
    total = jnp.sum(jnp.where(exists, tensor, 0), axis=axes, keepdims=True)
    return total / jnp.maximum(count, 1)
  top = largest(jnp.where(exists, tensor, -jnp.inf), axes)
  # An infinity would meet a zero in the gradient.
  return jnp.where(jnp.any(exists, axis=axes, keepdims=True), top, 0)


@functools.partial(jax.custom_jvp, nondiff_argnums=(1,))
def largest(
  tensor: Float[Array, "..."], axes: tuple[int, ...]
) -> Float[Array, "..."]:
  """Returns maxima over axes, keeping them with length 1.

  Unlike that of `jnp.max`, the derivative does not need the maximum to equal an
  entry to the last bit. A compiler may compute entries again for it, and round
  them otherwise: then none is equal, and the derivative would be NaN.
  """
  return jnp.max(tensor, axis=axes, keepdims=True)


@largest.defjvp
def _largest_jvp(
  axes: tuple[int, ...], primals: tuple[Array], tangents: tuple[Array]
) -> tuple[Array, Array]:
  (tensor,), (change,) = primals, tangents
  top = largest(tensor, axes)
  rounding = 16 * jnp.finfo(tensor.dtype).eps
  equal = (tensor >= top - rounding * (1 + jnp.abs(top))).astype(tensor.dtype)
  total = functools.partial(jnp.sum, axis=axes, keepdims=True)
  return top, total(equal * change) / total(equal)


def pool_strategies(
  tensor: Float[Array, "*a c"],
  strategy_mask: Bool[Array, "n d"],
  players: tuple[int, ...],
  how: str,
) -> Float[Array, "..."]:
  """Pools over the strategies of some players, keeping axes with length 1."""
  for player in sorted(players):
    size = tensor.shape[player]
    shape = [size if axis == player else 1 for axis in range(tensor.ndim)]
    exists = strategy_mask[player, :size].reshape(shape)
    tensor = masked_pool(tensor, exists, (player,), how)
  return tensor


def payoff_maps(
  activations: Float[Array, "n *a c"],
  strategy_mask: Bool[Array, "n d"],
  at_least: frozenset[str] = frozenset(),
) -> Maps:
  """Returns the maps from payoffs to payoffs (Eqs. 12 and 18).

  Args:
    activations: h, `[n, *a, c]`.
    strategy_mask: `[n, d]`.
    at_least: names of groups of axes, see `_groups`; only maps that pool over
      all of them.

  Returns:
    Tensors that broadcast to `[*a, c]`.
  """
  # Taken apart once: the derivative of each slice is a padded whole.
  players_own = list(activations)
  n = len(players_own)
  found: dict[str, list[list[Array]]] = {}
  for target, source in itertools.product(range(n), repeat=2):
    groups = _groups(target, source, n)
    for names in _subsets(groups):
      if not at_least & set(groups) <= set(names):
        continue
      players = tuple(player for name in names for player in groups[name])
      for how in POOLS if players else ("each",):
        pooled = pool_strategies(
          players_own[source], strategy_mask, players, how
        )
        kind = "own" if target == source else "other"
        name = "_".join([kind, *names, how])
        found.setdefault(name, [[] for _ in range(n)])[target].append(pooled)
  return {
    name: [mean_of(tensors) for tensors in targets]
    for name, targets in found.items()
  }


def mean_of(tensors: list[Array]) -> Array:
  """Returns the mean of tensors that broadcast together."""
  return sum(tensors[1:], tensors[0]) / len(tensors)


def _groups(target: int, source: int, n: int) -> dict[str, tuple[int, ...]]:
  """Returns the players whose axes are pooled together, by what they are."""
  others = tuple(player for player in range(n) if player != target)
  if target == source:
    return {"ap": (target,), "rest": others}
  rest = tuple(player for player in others if player != source)
  groups = {"ap": (target,), "aq": (source,), "rest": rest}
  return {name: players for name, players in groups.items() if players}


def _subsets(names: dict[str, tuple[int, ...]]) -> list[tuple[str, ...]]:
  """Returns every set of names, the empty one first."""
  sizes = range(len(names) + 1)
  return [
    subset for size in sizes for subset in itertools.combinations(names, size)
  ]


def payoff_to_dual_maps(
  activations: Float[Array, "n *a c"], strategy_mask: Bool[Array, "n d"]
) -> Maps:
  """Returns the maps from payoffs to CCE duals: those that pool over a_-p.

  Returns:
    Tensors that broadcast to `[d, c]`.
  """
  size = strategy_mask.shape[1]
  maps = payoff_maps(activations, strategy_mask, frozenset({"aq", "rest"}))

  def as_row(tensor: Array) -> Array:
    row = tensor.reshape(-1, tensor.shape[-1])
    missing = 0 if len(row) == 1 else size - len(row)
    return jnp.pad(row, [(0, missing), (0, 0)])

  return {
    name: [as_row(tensor) for tensor in tensors]
    for name, tensors in maps.items()
  }


def cce_dual_maps(
  duals: Float[Array, "n d c"], strategy_mask: Bool[Array, "n d"]
) -> Maps:
  """Returns the maps between CCE duals: Eqs. 19a, 19b and 19d.

  Eq. 19c pools over players at equal strategy index, which no permutation of
  one player's strategies alone leaves as it is.

  Returns:
    Tensors that broadcast to `[d, c]`.
  """
  exists = strategy_mask[:, :, None]
  maps = {"own_each": duals}
  for how in POOLS:
    own = masked_pool(duals, exists, (1,), how)
    maps[f"own_ap_{how}"] = own
    maps[f"every_ap_{how}"] = over_players(own, how)
  return {name: list(tensor) for name, tensor in maps.items()}


def ce_dual_maps(
  duals: Float[Array, "n d d c"], dual_mask: Bool[Array, "n d d"]
) -> Maps:
  """Returns the maps between CE duals: Eqs. 20a to 20h.

  All maps of a matrix with zero diagonal that commute with a permutation of its
  rows and columns together, and the pool over all players.

  Returns:
    Tensors that broadcast to `[d, d, c]`.
  """
  exists = dual_mask[..., None]
  maps = {"own_each": duals, "transposed_each": jnp.swapaxes(duals, 1, 2)}
  for how in POOLS:
    for name, axis in (("deviation", 1), ("recommendation", 2)):
      pooled = masked_pool(duals, exists, (axis,), how)
      maps[f"own_{name}_{how}"] = pooled
      maps[f"transposed_{name}_{how}"] = jnp.swapaxes(pooled, 1, 2)
    both = masked_pool(duals, exists, (1, 2), how)
    maps[f"own_both_{how}"] = both
    maps[f"every_both_{how}"] = over_players(both, how)
  return {name: list(tensor) for name, tensor in maps.items()}


def outer(rows: Float[Array, "n d c"]) -> Float[Array, "n d d k"]:
  """Returns CE activations from CCE ones (Eq. 13): outer sums and products.

  The first half of the channels stands for the deviation, the second for the
  recommendation; sums and products of the two are c channels again.

  Raises:
    ValueError: an odd number of channels.
  """
  if rows.shape[-1] % 2:
    raise ValueError(
      f"outer: expected an even number of channels, got {rows.shape[-1]}."
    )
  deviation, recommendation = jnp.split(rows, 2, axis=-1)
  deviation = deviation[:, :, None]
  recommendation = recommendation[:, None, :]
  return jnp.concatenate(
    [deviation + recommendation, deviation * recommendation], axis=-1
  )


def over_players(pooled: Float[Array, "n ..."], how: str) -> Array:
  """Pools over players, and repeats the result for each of them."""
  pool = masked_pool(pooled, jnp.ones(pooled.shape, bool), (0,), how)
  return jnp.broadcast_to(pool, pooled.shape)
