# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""The maps of the paper's own experiments (Appendix D.1).

Of Eq. 18 the maps a, b, c, d, k and l, each by mean and by maximum, the
identity twice as well; one weight serves every player q, whose tensors are
averaged where Eq. 12 adds them up. Of Eq. 19 all, twice as well; of Eq. 20 all,
what is not pooled once. With Eq. 19c, which pools over players at equal
strategy index, a CCE network commutes with permutations of strategies only
where all players' are permuted together; so its games must be cubes.
"""

import jax.numpy as jnp
from jaxtyping import Array, Bool, Float

from nes_spiel.nes import pooling
from nes_spiel.nes.pooling import Maps


def payoff_maps(
  activations: Float[Array, "n *a c"], strategy_mask: Bool[Array, "n d"]
) -> Maps:
  """Returns Eqs. 18a to 18d, 18k and 18l, to `[*a, c]` each."""
  n = activations.shape[0]
  everyone = tuple(range(n))
  maps: Maps = {}
  for how in pooling.POOLS:
    own = list(activations)
    over_players = pooling.over_players(activations, how)

    def pools(tensors: Array, players: list[tuple[int, ...]]) -> list[Array]:
      return [
        pooling.pool_strategies(tensor, strategy_mask, axes, how)  # noqa: B023
        for tensor, axes in zip(tensors, players, strict=True)
      ]

    others = [tuple(p for p in everyone if p != q) for q in everyone]
    maps |= {
      f"a_{how}": own,
      f"b_{how}": list(over_players),
      f"c_{how}": pools(activations, [everyone] * n),
      f"d_{how}": pools(over_players, [everyone] * n),
      f"k_{how}": _shared(pools(activations, [(q,) for q in everyone])),
      f"l_{how}": _shared(pools(activations, others)),
    }
  return maps


def payoff_to_dual_maps(
  activations: Float[Array, "n *a c"], strategy_mask: Bool[Array, "n d"]
) -> Maps:
  """Returns phi_{a_-p} g(p), to `[d, c]` each."""
  maps = pooling.payoff_to_dual_maps(activations, strategy_mask)
  return {f"own_{how}": maps[f"own_rest_{how}"] for how in pooling.POOLS}


def cce_dual_maps(
  duals: Float[Array, "n d c"], strategy_mask: Bool[Array, "n d"]
) -> Maps:
  """Returns Eqs. 19a to 19d, to `[d, c]` each."""
  complete = pooling.cce_dual_maps(duals, strategy_mask)
  exists = strategy_mask[:, :, None]
  maps: Maps = {}
  for how in pooling.POOLS:
    same_index = pooling.masked_pool(duals, exists, (0,), how)
    maps |= {
      f"a_{how}": complete["own_each"],
      f"b_{how}": complete[f"own_ap_{how}"],
      f"c_{how}": list(jnp.broadcast_to(same_index, duals.shape)),
      f"d_{how}": complete[f"every_ap_{how}"],
    }
  return maps


def _shared(tensors: list[Array]) -> list[Array]:
  """Returns for every player the mean over all players' tensors."""
  return [pooling.mean_of(tensors)] * len(tensors)
