# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Rows of all agents before the first iteration, learned or not."""

from collections.abc import Sequence

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Key

from nes_spiel.d3c import mixings, modes
from nes_spiel.d3c.bandit import MixingState, mixing_trial
from nes_spiel.d3c.learner import Population, agent_mask
from nes_spiel.d3c.mixing_options import MixingOptions
from nes_spiel.games import number_checks, validation


def mixing_start(
  key: Key[Array, ""],
  options: MixingOptions,
  num_agents: int,
  opts_in: Sequence[bool] | None = None,
  mixing: Float[Array, "n n"] | None = None,
) -> MixingState:
  """Returns the states of all agents, in their first trials.

  Args:
    key: consumed.
    options: of which A_ii at the start is taken.
    num_agents: n.
    opts_in: `[n]`, who takes part, all if None. Mavericks keep what is theirs,
      and nobody gives them anything.
    mixing: `[n, n]`, A at the start instead, rows on the simplex. Who is given
      nothing there is not given anything later.

  Returns:
    A leaf `[n, ...]` for each of a state's.

  Raises:
    ValueError: no agents, masks or rows that do not fit, rows that are no
      distributions, or one that gives to a maverick or nothing to itself.

  Example:
    >>> import jax
    >>> from nes_spiel import d3c
    >>> options, key = d3c.MixingOptions(tau_max=10), jax.random.key(0)
    >>> states = d3c.mixing_start(key, options, 2)
    >>> rewards = jax.numpy.array([1.0, 0.0])
    >>> received = d3c.mix_rewards(states, rewards)
    >>> keys = jax.random.split(jax.random.key(1), 2)
    >>> update = jax.vmap(d3c.mixing_update, (0, None, 0, 0))
    >>> states = update(keys, options, states, received)
    >>> states.elapsed.tolist()
    [1, 1]
  """
  number_checks.check_count("num_agents", num_agents)
  mask = agent_mask("opts_in", opts_in, num_agents)
  log_rows = jnp.log(_first_rows(options, mask, mixing))
  nobody = jnp.zeros(num_agents, jnp.int32)
  states = MixingState(
    agent=jnp.arange(num_agents, dtype=jnp.int32),
    log_row=log_rows,
    log_trial=log_rows,
    direction=jnp.zeros_like(log_rows),
    length=nobody,
    elapsed=nobody,
    mean_return=jnp.zeros(num_agents, log_rows.dtype),
    last_return=jnp.zeros(num_agents, log_rows.dtype),
    trials=nobody,
  )
  keys = jax.random.split(key, num_agents)
  return jax.vmap(mixing_trial, (0, None, 0))(keys, options, states)


def _first_rows(
  options: MixingOptions,
  opts_in: tuple[bool, ...],
  mixing: Float[Array, "n n"] | None,
) -> Float[Array, "n n"]:
  """Returns A at the start, after checking what was given."""
  allowed = Population(opts_in, opts_in).allowed()
  if mixing is None:
    return mixings.mostly_own(allowed, options.own_share)
  mixings.check_mixing(mixing, len(opts_in))
  if not validation.is_traced(mixing):
    rows = np.asarray(mixing)
    if rows[~allowed].any() or not np.diag(rows).all():
      raise ValueError(
        "mixing: agents should give something to themselves and nothing to "
        f"those who do not opt in, got {rows}."
      )
  return jnp.asarray(mixing)


def rows_of_mode(
  key: Key[Array, ""],
  options: MixingOptions,
  mode: str,
  opts_in: tuple[bool, ...],
  mixing: Float[Array, "n n"] | None = None,
) -> MixingState:
  """Returns the states of all agents, in a first trial if rows are learned.

  Args:
    key: consumed.
    options: how rows are learned, in mode "d3c".
    mode: "d3c"; "selfish" or "cooperative", whose rows stay; or "fixed", with
      `mixing`.
    opts_in: `[n]`, who takes part.
    mixing: `[n, n]`, A in mode "fixed", or at the start of "d3c".

  Raises:
    ValueError: a matrix that does not fit those who take part.
  """
  if mode == "d3c":
    return mixing_start(key, options, len(opts_in), opts_in, mixing)
  states = mixing_start(key, options, len(opts_in), opts_in)
  kept = modes.MODES[mode] if mixing is None else modes.fixed(mixing)
  allowed = Population(opts_in, opts_in).allowed()
  rows = jnp.log(kept.first_mixing(allowed, options.own_share))
  rows = rows.astype(states.log_row.dtype)
  return states._replace(log_row=rows, log_trial=rows)  # nothing is tried
