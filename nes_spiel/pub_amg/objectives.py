# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Regularized minimax objectives (Section 6).

J is the expected return, less alpha psi(delta, h) at every decision delta of
player 0 and plus it at those of player 1. An objective gives psi, and the
greedification and mirror step that follow from it.
"""

import dataclasses
from typing import Any, ClassVar, NamedTuple, Protocol, runtime_checkable

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float, Int

from nes_spiel.equilibria import mirror_descent
from nes_spiel.pub_amg.information_states import wrong_rows
from nes_spiel.pub_amg.public_game import PublicGame, check_public_game


class Places(NamedTuple):
  """Information states of one player, at which an objective is asked.

  Attributes:
    player: 0 or 1.
    rows: which of the player's information states.
    legal: `[i, a]`, of those.
  """

  player: int
  rows: slice
  legal: Bool[Array, "i a"]


@runtime_checkable
class Objective(Protocol):
  """What a psi of Theorem 3 must give; policies are logarithms.

  Any class with these serves, or a child of `MiniMaxEnt` with another `magnet`.
  Where it is no pytree of JAX it is made a static one, so that what it holds is
  a constant of compiled code.

  Attributes:
    uniqueness_guaranteeing: whether equilibria are unique in every subgame for
      alpha > 0 (Definition 5.3); so it is if psi is continuous, and `greedy` a
      continuous function with an interior image.
  """

  uniqueness_guaranteeing: ClassVar[bool]

  def penalty(
    self, places: Places, log_policy: Float[Array, "i a"]
  ) -> Float[Array, " i"]:
    """Returns psi of each decision."""
    ...

  def greedy(
    self,
    places: Places,
    values: Float[Array, "i a"],
    alpha: Float[Array, ""] | float,
  ) -> Float[Array, "i a"]:
    """Returns argmax <delta, values> - alpha psi(delta), alpha above 0."""
    ...

  def step(
    self,
    places: Places,
    log_policy: Float[Array, "i a"],
    values: Float[Array, "i a"],
    alpha: Float[Array, ""] | float,
    step_size: Float[Array, ""] | float,
  ) -> Float[Array, "i a"]:
    """Returns the policy after a mirror step, whose fixed points are greedy."""
    ...

  def restricted(
    self, rows: tuple[Int[np.ndarray, " i"], Int[np.ndarray, " j"]]
  ) -> "Objective":
    """Returns the objective of a game with some information states alone.

    Args:
      rows: each player's, in the whole game.
    """
    ...


# Children may hold something: by identity, so that they share no compiled code.
@jax.tree_util.register_dataclass
@dataclasses.dataclass(frozen=True, eq=False)
class MiniMaxEnt:
  """psi is the negative entropy (Definition 6.2)."""

  uniqueness_guaranteeing: ClassVar[bool] = True

  def magnet(self, places: Places) -> Float[Array, "i a"]:
    """Returns the logarithm of what steps are drawn to, unnormalised."""
    return jnp.zeros(places.legal.shape)

  def penalty(
    self, places: Places, log_policy: Float[Array, "i a"]
  ) -> Float[Array, " i"]:
    """Returns sum_a delta(a) (log delta(a) - log magnet(a))."""
    policy = jnp.exp(log_policy)
    apart = jnp.where(policy > 0, log_policy - self.magnet(places), 0)
    return jnp.sum(policy * apart, axis=-1)

  def greedy(
    self,
    places: Places,
    values: Float[Array, "i a"],
    alpha: Float[Array, ""] | float,
  ) -> Float[Array, "i a"]:
    """Returns the logarithm of magnet exp(values / alpha), normalised."""
    return mirror_descent.regularized_greedy(
      values, self.magnet(places), alpha, places.legal
    )

  def step(
    self,
    places: Places,
    log_policy: Float[Array, "i a"],
    values: Float[Array, "i a"],
    alpha: Float[Array, ""] | float,
    step_size: Float[Array, ""] | float,
  ) -> Float[Array, "i a"]:
    """Returns a step of magnetic mirror descent (Eq. 8)."""
    return mirror_descent.magnetic_mirror_descent_step(
      log_policy,
      values,
      self.magnet(places),
      step_size,
      alpha,
      places.legal,
    )

  def restricted(
    self, rows: tuple[Int[np.ndarray, " i"], Int[np.ndarray, " j"]]
  ) -> "MiniMaxEnt":
    """Returns itself: it is the same at every information state."""
    del rows
    return self


@jax.tree_util.register_dataclass
@dataclasses.dataclass(frozen=True, eq=False)
class MiniMaxKL(MiniMaxEnt):
  """psi is the KL divergence from a reference policy (Definition 6.1).

  With a uniform reference its equilibria differ from those of `MiniMaxEnt`
  wherever the number of decisions depends on the path: log|A| is paid at each
  decision, which Remark 1 overlooks.

  Attributes:
    reference: of both players `[i, a]`, the probabilities of the actions in
      every information state of the game; None for uniform ones.
  """

  reference: tuple[Any, Any] | None = None

  def magnet(self, places: Places) -> Float[Array, "i a"]:
    """Returns the logarithm of the reference."""
    if self.reference is None:
      count = jnp.sum(places.legal, axis=-1, keepdims=True)
      scores = -jnp.log(jnp.maximum(count, 1).astype(jnp.float64))
      return jnp.broadcast_to(scores, places.legal.shape)
    reference = jnp.asarray(self.reference[places.player])[places.rows]
    return jnp.log(jnp.where(places.legal, reference, 1))

  def restricted(
    self, rows: tuple[Int[np.ndarray, " i"], Int[np.ndarray, " j"]]
  ) -> "MiniMaxKL":
    """Returns the objective with the reference at these information states."""
    if self.reference is None:
      return self
    first, second = (
      np.asarray(table)[kept]
      for table, kept in zip(self.reference, rows, strict=True)
    )
    return MiniMaxKL((first, second))


def neutral_policy(objective: Objective, places: Places) -> Float[Array, "i a"]:
  """Returns what is greedy where all actions are worth the same, as logarithms.

  Args:
    objective: its psi, which is lowest there.
    places: where.
  """
  return objective.greedy(places, jnp.zeros(places.legal.shape), 1.0)


def _check_objective(objective: Any) -> None:
  """Raises ValueError for what is no `Objective`."""
  needed = (
    "uniqueness_guaranteeing",
    "penalty",
    "greedy",
    "step",
    "restricted",
  )
  missing = [name for name in needed if not hasattr(objective, name)]
  if missing:
    raise ValueError(
      "objective: expected an Objective such as MiniMaxEnt(); of "
      f"{objective!r} {', '.join(missing)} is missing."
    )


def _register(objective: Any) -> None:
  """Makes a static pytree of an objective that JAX takes for a leaf."""
  leaves = jax.tree.leaves(objective)
  if len(leaves) == 1 and leaves[0] is objective:
    jax.tree_util.register_static(type(objective))


def check_alpha(alpha: float) -> None:
  """Raises ValueError unless a weight of psi is 0 or a finite number above."""
  if not 0 <= alpha < np.inf:
    raise ValueError(
      f"alpha: expected 0 or a finite number above, got {alpha}."
    )


def checked(objective: Any, game: PublicGame) -> Objective:
  """Returns an objective that is one of a game, and guarantees uniqueness.

  Args:
    objective: a class is made an instance.
    game: for whose information states a reference must be.

  Raises:
    ValueError: no `PublicGame`, no objective, one without unique equilibria, or
      a reference that is none of the game.
  """
  check_public_game(game)
  if isinstance(objective, type):
    objective = objective()
  _check_objective(objective)
  _register(objective)
  if not objective.uniqueness_guaranteeing:
    raise ValueError(
      f"objective: {type(objective).__name__} guarantees no unique "
      "equilibrium: one of the public-belief game may be none of the original."
    )
  reference = getattr(objective, "reference", None)
  if reference is not None:
    _check_reference(reference, game)
  return objective


def _check_reference(reference: Any, game: PublicGame) -> None:
  """Raises ValueError, naming the state, unless a reference is interior."""
  for player, states in enumerate(game.information_states):
    policy = np.asarray(reference[player])
    if policy.shape != states.legal.shape:
      raise ValueError(
        f"reference: player {player} of {game.name} needs the shape "
        f"{states.legal.shape}, got {policy.shape}."
      )
    wrong = wrong_rows(policy, states.legal, interior=True)
    if wrong.any():
      row = int(np.flatnonzero(wrong)[0])
      raise ValueError(
        "reference: expected a distribution with all legal actions above 0; at "
        f"information state {states.strings[row]!r} of player {player} it is "
        f"{policy[row]}."
      )
