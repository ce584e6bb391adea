# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""All quantal response equilibria that many starts lead to."""

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float, Int, Key

from nes_spiel.equilibria import quantal_response
from nes_spiel.equilibria.dual_solution import Status
from nes_spiel.games import validation

STARTS = 400  # a hundred miss some of the fifteen of a game of four players
SAME = 1e-6  # between two profiles, of any probability


class QuantalResponseSet(NamedTuple):
  """The equilibria found, in the order of their profiles.

  Attributes:
    strategies: `[k, n, d]`, a distribution per player; k may be 0.
    residual: `[k]`, max |x - softmax(h(x) / temperature)|.
    condition: `[k]`, of that map's derivative; where it is large two equilibria
      are about to meet, and derivatives are lost to rounding.
    hits: `[k]`, how many starts led there.
    status: CONVERGED; STALLED if no start led to an equilibrium.
  """

  strategies: Float[np.ndarray, "k n d"]
  residual: Float[np.ndarray, " k"]
  condition: Float[np.ndarray, " k"]
  hits: Int[np.ndarray, " k"]
  status: Status


def quantal_response_equilibria(
  payoffs: Any,
  *,
  temperature: float,
  strategy_mask: Any = None,
  key: Key[Array, ""] | None = None,
  starts: int = STARTS,
  tolerance: float = 1e-10,
) -> QuantalResponseSet:
  """Returns every quantal response equilibrium that some start leads to.

  At low temperatures a game has many, and no method is known to find them all.
  Newton's method starts from every pure profile (if they are not more than half
  of all starts), the uniform one, and random ones.

  Args:
    payoffs: `[n, *a]`, more is better; costs need a minus sign.
    temperature: lambda of Eq. 6, payoff units, above 0.
    strategy_mask: `[n, d]`, all strategies if None.
    key: of the random starts; always the same ones if None.
    starts: how many. More than are needed cost little: compare `hits`.
    tolerance: on the residual of what is called an equilibrium.

  Raises:
    ValueError: payoffs or a mask that are none, a temperature or a tolerance
      that is not above 0, no start; or tracers: this searches on the host, and
      `solve_quantal_response` is what can be traced.

  Example:
    >>> from nes_spiel import equilibria, games
    >>> chicken = games.classics.chicken()
    >>> found = equilibria.quantal_response_equilibria(chicken, temperature=0.1)
    >>> len(found.strategies)
    3
  """
  check_arguments(payoffs, temperature, starts)
  if not 0 < tolerance < np.inf:
    raise ValueError(f"tolerance: expected a number above 0, got {tolerance}.")
  payoffs, mask = validation.check_game(payoffs, strategy_mask)
  key = jax.random.key(0) if key is None else key
  with jax.enable_x64(True):
    game = jnp.asarray(payoffs)
    begin = start_profiles(key, mask, starts)
    arguments = (game, jnp.asarray(temperature, jnp.float64))
    ends = _solve_all(*arguments, jnp.asarray(begin), jnp.asarray(mask))
    near = np.asarray(ends.residual) <= tolerance
    ended = quantal_response.distributions(np.asarray(ends.profile)[near])
    profiles, hits = distinct(ended)
    residual, condition = _measured(*arguments, profiles, mask)
  kept = residual <= tolerance
  profiles, residual = profiles[kept], residual[kept]
  condition, hits = condition[kept], hits[kept]
  status = Status.CONVERGED if len(profiles) else Status.STALLED
  return QuantalResponseSet(profiles, residual, condition, hits, status)


def check_arguments(payoffs: Any, temperature: Any, starts: int) -> None:
  """Raises ValueError for what no search on the host can begin with."""
  if validation.is_traced(payoffs, temperature):
    raise ValueError(
      "payoffs, temperature: a search for all equilibria runs on the host, and "
      "cannot be traced by jit, vmap or grad; "
      "equilibria.solve_quantal_response can."
    )
  check_temperature(temperature)
  if starts < 1:
    raise ValueError(f"starts: expected at least 1, got {starts}.")


def check_temperature(temperature: Any) -> None:
  """Raises ValueError unless a temperature is a finite number above 0."""
  value = np.asarray(temperature)
  number = value.ndim == 0 and value.dtype.kind in "iuf"
  if not (number and np.isfinite(value) and value > 0):
    raise ValueError(
      f"temperature: expected a finite number above 0, got {temperature!r}."
    )


def start_profiles(
  key: Key[Array, ""], mask: Bool[np.ndarray, "n d"], count: int
) -> Float[np.ndarray, "s n d"]:
  """Returns where to start from: pure profiles, the uniform one, random ones.

  Args:
    key: of the random ones, most of which lie near the boundary.
    mask: `[n, d]`, the strategies that exist.
    count: how many.
  """
  uniform = mask / mask.sum(1, keepdims=True)
  fixed = [uniform[None]]
  sizes = mask.sum(1).tolist()
  if np.prod(sizes) <= count / 2:
    chosen = np.stack(np.unravel_index(np.arange(np.prod(sizes)), sizes), 1)
    places = [np.flatnonzero(row) for row in mask]
    chosen = np.stack([p[c] for p, c in zip(places, chosen.T, strict=True)], 1)
    fixed.append(np.eye(mask.shape[1])[chosen])
  # From the Dirichlet distribution with all parameters one half.
  weights = np.asarray(jax.random.normal(key, (count, *mask.shape))) ** 2
  weights = np.where(mask, weights + np.finfo(np.float32).tiny, 0)
  fixed.append(weights / weights.sum(2, keepdims=True))
  return np.concatenate(fixed)[:count]


def distinct(
  profiles: Float[np.ndarray, "s n d"],
) -> tuple[Float[np.ndarray, "k n d"], Int[np.ndarray, " k"]]:
  """Returns profiles without repetition, in order, and how often each came."""
  kept: list[np.ndarray] = []
  hits: list[int] = []
  left = profiles
  while len(left):
    same = np.abs(left - left[0]).max((1, 2)) <= SAME
    kept.append(left[0])
    hits.append(int(same.sum()))
    left = left[~same]
  if not kept:
    return profiles, np.zeros(0, int)
  order = np.lexsort(np.round(np.stack(kept), 6).reshape(len(kept), -1).T[::-1])
  return np.stack(kept)[order], np.asarray(hits)[order]


@jax.jit
def _solve_all(
  payoffs: Float[Array, "n *a"],
  temperature: Float[Array, ""],
  starts: Float[Array, "s n d"],
  mask: Bool[Array, "n d"],
) -> quantal_response.QuantalResponse:
  return jax.vmap(
    lambda start: quantal_response.solve_quantal_response(
      payoffs, temperature, start, mask
    )
  )(starts)


def _measured(
  payoffs: Float[Array, "n *a"],
  temperature: Float[Array, ""],
  profiles: Float[np.ndarray, "k n d"],
  mask: Bool[np.ndarray, "n d"],
) -> tuple[Float[np.ndarray, " k"], Float[np.ndarray, " k"]]:
  """Returns residuals and conditions of some profiles."""
  at = [
    _residual_and_condition(
      payoffs, temperature, jnp.asarray(x), jnp.asarray(mask)
    )
    for x in profiles
  ]
  residual, condition = np.asarray(at, float).reshape(-1, 2).T
  return residual, condition


@jax.jit
def _residual_and_condition(
  payoffs: Float[Array, "n *a"],
  temperature: Float[Array, ""],
  profile: Float[Array, "n d"],
  mask: Bool[Array, "n d"],
) -> tuple[Float[Array, ""], Float[Array, ""]]:
  at = (payoffs, profile, temperature, mask)
  gap = quantal_response.response_gap(*at)
  return jnp.max(jnp.abs(gap)), quantal_response.condition_number(*at)
