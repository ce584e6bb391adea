# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Social dilemmas of convex or smooth losses."""

import math

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from nes_spiel.d3c.game import Game, Recipe
from nes_spiel.d3c.games.strategy_spaces import Uniform, unit_interval

START_MARGIN = 0.05  # from (0, 0), from which no mixing leads away


def prisoners_dilemma(agents: int = 2, c: float = 1.0) -> Game:
  """Returns the n-agent prisoner's dilemma of convex losses (Appendix E.2).

  Agent i's strategy against its j-th opponent is x_ij, 0 for defection:
  f_k = sum_ij (x_ij - c [k is i's j-th opponent])^2. The one Nash equilibrium
  is at 0, with total loss n (n - 1) c^2, and the optimum at c / n, with
  (n - 1)^2 c^2: a price of anarchy of n / (n - 1) for every c (the paper's
  n / (c (n - 1)) holds for c = 1).

  Args:
    agents: n, at least 2.
    c: how far apart interests are; above 0.

  Raises:
    ValueError: fewer than 2 agents, or a `c` that is not positive.
  """
  if agents < 2:
    raise ValueError(f"agents: expected at least 2, got {agents}.")
  if not (math.isfinite(c) and c > 0):
    raise ValueError(f"c: expected a positive number, got {c}.")
  # Losses are c^2 times those of c = 1 at x / c, and with them epsilon and
  # 1 / eta_A.
  recipe = Recipe(
    step_size=0.1, mixing_step_size=0.1 / c**2, epsilon=0.1 * c**2, steps=500
  )
  return Game(
    parameters=c * _opponents(agents),
    optimal_loss=(agents - 1) ** 2 * c**2,
    nash_loss=agents * (agents - 1) * c**2,
    name=f"prisoners_dilemma_{agents}" + ("" if c == 1 else f"_{c:g}"),
    num_agents=agents,
    loss_function=_squared_distances,
    start=Uniform((agents, agents - 1), 0.0, c),
    recipe=recipe,
  )


def _opponents(agents: int) -> Float[np.ndarray, "n n k"]:
  """Returns 1 where agent k is agent i's j-th opponent, `[k, i, j]`.

  The columns of Eq. 128: opponents are counted backwards from oneself.
  """
  i, j = np.indices((agents, agents - 1))
  opponent = (i - 1 - j) % agents
  return np.asarray(opponent == np.arange(agents)[:, None, None], float)


def _squared_distances(
  targets: Float[Array, "n n k"], strategies: Float[Array, "n k"]
) -> Float[Array, " n"]:
  """Returns sum_ij (x_ij - C_kij)^2 = |x|^2 - 2 <C_k, x> + |C_k|^2 (Eq. 127).

  In the second form a Jacobian has a tenth of the terms for ten agents.
  """
  targets = jnp.asarray(targets, strategies.dtype)
  crossed = jnp.einsum("kij,ij->k", targets, strategies)
  lengths = jnp.sum(jnp.square(targets), axis=(1, 2))
  return jnp.sum(jnp.square(strategies)) - 2 * crossed + lengths


def nash_paradox(kappa: float = 0.1) -> Game:
  """Returns Game 1: f_1 = x_1^2 + 1 / (x_2^2 + kappa), f_2 alike.

  On [0, 1] the one Nash equilibrium is (0, 0), with total loss 2 / kappa; the
  optimum is x = sqrt(1 - kappa), with 2 (2 - kappa). No mixing leads away from
  (0, 0), so strategies start above it.

  Args:
    kappa: above 0 and below 1.

  Raises:
    ValueError: a `kappa` outside of this range.
  """
  if not 0 < kappa < 1:
    raise ValueError(f"kappa: expected a number between 0 and 1, got {kappa}.")
  return Game(
    parameters=kappa,
    optimal_loss=2 * (2 - kappa),
    nash_loss=2 / kappa,
    name="nash_paradox",
    num_agents=2,
    loss_function=_paradox,
    start=Uniform((2, 1), START_MARGIN, 1.0),
    # Rows that have left their corner can come back where it was wrong.
    recipe=Recipe(
      step_size=0.01,
      mixing_step_size=0.1,
      epsilon=0.1,
      steps=2000,
      lowest=-5.0,
      highest=5.0,
    ),
    project=unit_interval,
  )


def _paradox(
  kappa: Float[Array, ""] | float, strategies: Float[Array, "2 1"]
) -> Float[Array, " 2"]:
  """Returns the losses of Game 1."""
  squares = jnp.square(strategies[:, 0])
  return squares + 1 / (squares[::-1] + kappa)


def efficient_but_unfair() -> Game:
  """Returns Game 2: f_1 = x_1^2, f_2 = x_2^2 - 11/10 x_1^2 (Appendix F.6).

  The total loss has no minimum: agent 1 would lose all there is, and agent 2
  win a little more. The one Nash equilibrium is (0, 0), with no loss. Learning
  halts where x_1's mixed gradient vanishes, at A_11 / A_21 = 11/10 (the text
  writes A_12); at which losses depends on the start and the step sizes.
  """
  return Game(
    parameters=(),
    optimal_loss=-math.inf,
    nash_loss=0.0,
    name="efficient_but_unfair",
    num_agents=2,
    loss_function=_unfair,
    start=Uniform((2, 1), 1.0, 2.0),
    # Strategies must not settle before A does, whatever losses have grown to.
    recipe=Recipe(
      step_size=0.01,
      mixing_step_size=1.0,
      epsilon=0.0,
      steps=5000,
      scale_free=True,
    ),
  )


def _unfair(
  _: tuple[()], strategies: Float[Array, "2 1"]
) -> Float[Array, " 2"]:
  """Returns the losses of Game 2."""
  first, second = jnp.square(strategies[:, 0])
  return jnp.stack([first, second - 1.1 * first])


def election() -> Game:
  """Returns a zero-sum race of two parties of two candidates (Appendix F.5).

  The paper gives no losses. These have its eigenvalues at its final A:
  f_1 = x_1^2 + (x_2 - 1)^2 + x_1 x_3 / 2 and f_2 = x_2^2 + (x_1 - 1)^2 +
  x_2 x_4 / 2, a prisoner's dilemma within the party and half of a race against
  the other one; f_3 and f_4 are alike with the race's sign turned.
  """
  return Game(
    parameters=(),
    optimal_loss=2.0,
    nash_loss=4.0,
    name="election",
    num_agents=4,
    loss_function=_election,
    start=Uniform((4, 1), 0.0, 1.0),
    # A moves slowly, so that strategies stay near its equilibrium.
    recipe=Recipe(
      step_size=0.1, mixing_step_size=0.01, epsilon=0.1, steps=1000
    ),
  )


def _election(
  _: tuple[()], strategies: Float[Array, "4 1"]
) -> Float[Array, " 4"]:
  """Returns a dilemma within each party, and a race between them."""
  x = strategies[:, 0]
  partner = x[jnp.array([1, 0, 3, 2])]
  race = x[:2] * x[2:] / 2
  return (
    jnp.square(x) + jnp.square(partner - 1) + jnp.concatenate([race, -race])
  )
