# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""The Neural Equilibrium Solver: from a game to the duals of its equilibrium.

Marris et al. (2022); the layers stand in `body`, and Haiku stays behind `init`
and `apply`.

Beyond the paper: the last softplus is shifted, divided by the number of
strategies and multiplied by `output_scale`; BatchNorm keeps its averages per
class of sizes; first weights are scaled by their fan-in, and BatchNorm brings
every layer to unit variance; `Config.corrections`.
"""

import functools
from typing import Any, NamedTuple

import haiku as hk
import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float, Key

from nes_spiel.equilibria import Selection, dual
from nes_spiel.equilibria.problem import Problem, standardized_problem
from nes_spiel.games import precision
from nes_spiel.nes.body import Body
from nes_spiel.nes.config import Config
from nes_spiel.nes.inputs import input_channels


class Variables(NamedTuple):
  """What a network has learned.

  Attributes:
    parameters: by layer and name.
    averages: of batch normalisation; empty for normalisation "game".
  """

  parameters: Any
  averages: Any


class Network:
  """A network with the two functions of its configuration, both pure."""

  def __init__(self, config: Config):
    """Takes the architecture; parameters come from `init` or a file."""
    self.config = config
    self._transformed = hk.without_apply_rng(
      hk.transform_with_state(functools.partial(_duals, config))
    )

  def init(
    self,
    key: Key[Array, ""],
    payoffs: Float[Array, "n *a"],
    selection: Selection,
    strategy_mask: Bool[Array, "n d"] | None = None,
  ) -> Variables:
    """Draws first parameters. Shapes of game and mask do not matter for them.

    Args:
      key: consumed.
      payoffs: `[n, *a]`, any game of the right number of players.
      selection: the parameters of Eq. 6.
      strategy_mask: `[n, d]`, all strategies if None.
    """
    problem, _ = standardized_problem(
      payoffs, selection, self.config.concept, strategy_mask
    )
    channels = self._channels(payoffs, selection, problem)
    scale = output_scale(problem, selection)
    return Variables(
      *self._transformed.init(key, channels, problem, scale, False)
    )

  def variables_like(self) -> Variables:
    """Returns the variables' structure, with shapes and dtypes as leaves."""
    shape = (self.config.players,) + (2,) * self.config.players
    game = jax.ShapeDtypeStruct(shape, jnp.float32)
    return jax.eval_shape(
      lambda payoffs: self.init(jax.random.key(0), payoffs, Selection()), game
    )

  def apply(
    self,
    variables: Variables,
    payoffs: Float[Array, "n *a"],
    selection: Selection,
    strategy_mask: Bool[Array, "n d"] | None = None,
    is_training: bool = False,
  ) -> tuple[dual.Duals, Variables]:
    """Maps a game to the duals of its equilibrium, in the caller's units.

    Args:
      variables: what was learned.
      payoffs: `[n, *a]`, the caller's units.
      selection: the parameters of Eq. 6.
      strategy_mask: `[n, d]`, all strategies if None.
      is_training: normalise by the batch, and average its moments. Then call it
        under a `vmap` with axis name `nes.layers.GAMES`; the averages that come
        back are the same in all rows.

    Returns:
      Duals `[n, d]` for CCE, `[n, d, d]` for CE, zero where they do not exist;
      and the variables with the new averages.
    """
    problem, game = standardized_problem(
      payoffs, selection, self.config.concept, strategy_mask
    )
    duals, variables = self.apply_problem(
      variables, payoffs, selection, problem, is_training
    )
    return duals * dual.per_player(game.scale, duals), variables

  def apply_problem(
    self,
    variables: Variables,
    payoffs: Float[Array, "n *a"],
    selection: Selection,
    problem: Problem,
    is_training: bool = False,
  ) -> tuple[dual.Duals, Variables]:
    """As `apply`, for a problem already stated, with its standardised duals."""
    duals, averages = self._transformed.apply(
      *jax.tree.map(jnp.asarray, variables),
      self._channels(payoffs, selection, problem),
      problem,
      output_scale(problem, selection),
      is_training,
    )
    return duals, variables._replace(averages=averages)

  def duals_in_single(
    self,
    variables: Variables,
    payoffs: Float[Array, "n *a"],
    selection: Selection,
    problem: Problem,
  ) -> dual.Duals:
    """Returns `apply_problem`'s duals, computed in float32, in payoffs' dtype.

    For a problem stated in double precision: standardisation takes differences.
    """
    arguments = precision.cast_real((payoffs, selection, problem), jnp.float32)
    duals, _ = self.apply_problem(variables, *arguments)
    return duals.astype(payoffs.dtype)

  def __eq__(self, other: object) -> bool:
    """Networks of one configuration are the same function."""
    return isinstance(other, Network) and other.config == self.config

  def __hash__(self) -> int:
    """As a static argument of jit, a network is its configuration."""
    return hash(self.config)

  def _channels(
    self, payoffs: Array, selection: Selection, problem: Problem
  ) -> Float[Array, "n *a c"]:
    return input_channels(self.config.inputs, payoffs, selection, problem)


def output_scale(problem: Problem, selection: Selection) -> Float[Array, " n"]:
  """Returns the size that a player's duals may have.

  Where the target epsilon cannot be reached the sum of duals is
  rho ln((max_eps - eps_hat) / (max_eps - eps)), of which eps, not known yet, is
  taken as 0: only a negative target makes duals large. And mu multiplies duals
  as it multiplies the welfare.
  """
  room = problem.max_epsilon - problem.target_epsilon
  # Without room the constraint is idle, and a logarithm would have no gradient.
  share = jnp.where(room > 0, room / problem.max_epsilon, 1)
  unreachable = jnp.log(share)
  mu = 0 if selection.mu is None else selection.mu
  return 1 + problem.rho * jnp.maximum(unreachable, 0) + mu


def _duals(
  config: Config,
  channels: Float[Array, "n *a c"],
  problem: Problem,
  scale: Float[Array, " n"],
  is_training: bool,
) -> dual.Duals:
  """What Haiku transforms."""
  return Body(config, problem, is_training)(channels, scale)
