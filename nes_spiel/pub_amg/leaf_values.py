# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""What histories at a search's horizon are worth.

The value v(b) of a public belief state, times its probability, is a function of
the probabilities w of its histories, homogeneous of degree one. Its derivative
by w is what the histories are worth to a player who considers to lead there
more often: at the equilibrium of the subgame their values under its policies.
"""

import dataclasses
from typing import Any, Protocol, runtime_checkable

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jaxtyping import Float, Int

from nes_spiel.pub_amg import descent, policies, sequence_form, sweeps
from nes_spiel.pub_amg.descent import Method
from nes_spiel.pub_amg.horizon import Horizon
from nes_spiel.pub_amg.public_game import PublicGame
from nes_spiel.pub_amg.sequence_form import Array, SequenceForm


@runtime_checkable
class LeafValues(Protocol):
  """What a depth-limited search needs to know; a pytree."""

  def start(self) -> Any:
    """Returns what the first call gets as memory."""
    ...

  def __call__(
    self, weights: Float[Array, "l k"], memory: Any
  ) -> tuple[Float[Array, "l k"], Any]:
    """Returns what leaves are worth to player 0, and the next memory.

    Args:
      weights: `[l, k]`, the probabilities of the leaves of a `Horizon`.
      memory: of the call before.
    """
    ...


@jax.tree_util.register_dataclass
@dataclasses.dataclass(frozen=True, eq=False)
class ConstantValues:
  """The same for all leaves: a search that does not look beyond.

  Attributes:
    value: of every public belief state.
  """

  value: Float[Array, ""] | float = 0.0

  def start(self) -> Any:
    """Returns nothing."""
    return ()

  def __call__(
    self, weights: Float[Array, "l k"], memory: Any
  ) -> tuple[Float[Array, "l k"], Any]:
    """Returns the value, for every leaf."""
    return jnp.full_like(weights, self.value), memory


@jax.tree_util.register_dataclass
@dataclasses.dataclass(frozen=True, eq=False)
class ExactValues:
  """The equilibrium values of the games that start at the leaves.

  Followed, not solved anew: each call takes some sweeps of all of these games
  at once, from the policies that the call before has left.

  Attributes:
    form: of these games, with the probabilities of chance since their roots.
    leaf: `[h]`, the root before each node, as its place in `Horizon.histories`.
    method: of the sweeps.
    tables: where they start.
    count: of sweeps per call.
  """

  form: SequenceForm
  leaf: Int[Array, " h"]
  method: Method
  tables: sweeps.Policies
  count: int = dataclasses.field(metadata={"static": True})

  @classmethod
  def of_game(
    cls, game: PublicGame, horizon: Horizon, method: Method, count: int = 10
  ) -> "ExactValues":
    """Prepares the games that start at a horizon.

    Args:
      game: the whole one.
      horizon: where.
      method: of the sweeps.
      count: of sweeps per call.
    """
    form, leaf = roots_of(game, horizon)
    return cls(form, leaf, method, policies.uniform(game), count)

  def start(self) -> sweeps.Policies:
    """Returns policies of the whole game."""
    return self.tables

  def __call__(
    self, weights: Float[Array, "l k"], memory: sweeps.Policies
  ) -> tuple[Float[Array, "l k"], sweeps.Policies]:
    """Returns the leaves' values under policies that were swept once more."""
    form = started(self.form, self.leaf, weights)
    tables = lax.fori_loop(
      0,
      self.count,
      lambda _, x: descent.sweep(form, x, self.method, jnp.ones(())),
      memory,
    )
    return values_under(
      self.form, self.leaf, weights, tables, self.method
    ), tables


def roots_of(
  game: PublicGame, horizon: Horizon
) -> tuple[SequenceForm, Int[np.ndarray, " h"]]:
  """Returns the games that start at a horizon, as one form.

  Its chance is that since the root; nodes before the horizon have none.

  Args:
    game: the whole one.
    horizon: where.

  Returns:
    The form, and for each of its nodes the place of its root in
    `horizon.histories`, 0 for others.
  """
  exists = horizon.histories < len(game.tree.parent)
  places = np.flatnonzero(exists.reshape(-1))
  roots = horizon.histories.reshape(-1)[places]
  order = np.argsort(roots)
  roots, places = roots[order], places[order]
  form = sequence_form.subgame(game.form, game.tree, roots, np.ones(len(roots)))
  last = np.searchsorted(roots, form.nodes, side="right") - 1
  return form, np.where(form.chance > 0, places[last], 0)


def started(
  form: SequenceForm, leaf: Int[Array, " h"], weights: Float[Array, "l k"]
) -> SequenceForm:
  """Returns the games of `roots_of`, with probabilities of their roots."""
  chance = form.chance * weights.reshape(-1)[leaf]
  return dataclasses.replace(form, chance=chance)


def values_under(
  form: SequenceForm,
  leaf: Int[Array, " h"],
  weights: Float[Array, "l k"],
  tables: sweeps.Policies,
  method: Method,
) -> Float[Array, "l k"]:
  """Returns what roots are worth to player 0 under policies.

  Args:
    form: of `roots_of`.
    leaf: the same.
    weights: `[l, k]`, of the roots; without effect but where they are 0.
    tables: both players' policies, as logarithms.
    method: whose psi counts.
  """

  def total(weights: Float[Array, "l k"]) -> Float[Array, ""]:
    alpha = method.alpha(jnp.ones(()))
    return sweeps.action_values(
      started(form, leaf, weights), 0, tables, method.objective, alpha
    ).total

  return jax.grad(total)(weights)
