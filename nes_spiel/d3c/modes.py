# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""What agents do about their mixing: D3C, fixed mixings, and failed ideas.

`MODES` holds those that need no more than a name.
"""

import dataclasses
from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float, Int

from nes_spiel.d3c import mixings
from nes_spiel.d3c.local_change import LocalChange, Losses, row_gradients

# Who may give to whom, and A_ii at the start, to the first mixing matrix.
FirstMixing = Callable[[Bool[np.ndarray, "n n"], float], Float[Array, "n n"]]
# The rates that agents keep below -epsilon, and their gradients.
Rates = Callable[[LocalChange], tuple[Float[Array, " n"], Float[Array, "n n"]]]
# Losses, strategies, how losses change and eta_x, to the field to follow.
Field = Callable[
  [Losses, Float[Array, "n k"], LocalChange, float], Float[Array, "n k"]
]


def _follow_mixed_gradient(
  losses: Losses,
  strategies: Float[Array, "n k"],
  change: LocalChange,
  step_size: float,
) -> Float[Array, "n k"]:
  """Returns F: gradient descent on what each agent receives."""
  del losses, strategies, step_size
  return change.field


@dataclasses.dataclass(frozen=True)
class Mode:
  """How agents learn.

  Attributes:
    name: for tables and pictures.
    first_mixing: A at the start.
    rates: what a learned A lowers; None keeps it as it is.
    field: what strategies descend along.
    giving: whether agents own the rows they give away, f^A = A^T f; False for
      rows they take on, f^A = A f, with columns on the simplex (Appendix H.1).
  """

  name: str
  first_mixing: FirstMixing = mixings.mostly_own
  rates: Rates | None = None
  field: Field = _follow_mixed_gradient
  giving: bool = True


def fixed(
  mixing: Float[Array, "n n"], name: str = "fixed", balanced: bool = True
) -> Mode:
  """Returns the mode in which A stays what it is.

  Args:
    mixing: `[n, n]`, rows are distributions.
    name: for tables and pictures.
    balanced: False takes a matrix whose rows are no distributions, such as
      preferences of `social_value_orientation`, and with it a total of what
      agents receive that is not the total loss.

  Raises:
    ValueError: rows that are no distributions.
  """
  mixings.check_mixing(mixing, len(mixing), balanced)
  matrix = np.asarray(mixing)

  def first(
    allowed: Bool[np.ndarray, "n n"], own_share: float
  ) -> Float[Array, "n n"]:
    del own_share
    if matrix.shape != allowed.shape:
      raise ValueError(
        f"mixing: the game has {len(allowed)} agents, got {matrix.shape}."
      )
    if matrix[~allowed].any():
      raise ValueError(
        f"mixing: it gives to agents who do not opt in, got {matrix}."
      )
    return jnp.asarray(matrix)

  return Mode(name, first)


def _mixed_rates(
  change: LocalChange,
) -> tuple[Float[Array, " n"], Float[Array, "n n"]]:
  """Returns df^A/dt and its row gradients (Eq. 11)."""
  return change.mixed_rates, row_gradients(change)


def _original_rates(
  change: LocalChange,
) -> tuple[Float[Array, " n"], Float[Array, "n n"]]:
  """Returns df/dt and its row gradients (Appendix D.1.2)."""
  steered = -jnp.sum(jnp.square(change.jacobian), axis=2)
  return change.rates, jnp.where(change.moves[None], steered, 0)


def _taken_rates(
  change: LocalChange,
) -> tuple[Float[Array, " n"], Float[Array, "n n"]]:
  """Returns df^A/dt for f^A = A f, and its row gradients (Appendix H.1).

  A_im adds agent m's loss, and turns agent i's own gradient by grad_{x_i} f_m.
  """
  # The field is grad_{x_i} f^A_i, and zero where nothing can turn.
  turned = -jnp.einsum("id,mid->im", change.field, change.jacobian)
  return change.mixed_rates, change.rates[None] + turned


def _look_ahead(differentiate_through: bool) -> Field:
  """Returns the field of agents that expect others to take their next step.

  LookAhead (Zhang and Lesser, 2010) takes the others' step as given, LOLA
  (Foerster et al., 2018) differentiates through it.
  """

  def field(
    losses: Losses,
    strategies: Float[Array, "n k"],
    change: LocalChange,
    step_size: float,
  ) -> Float[Array, "n k"]:
    agents = jnp.arange(len(strategies))

    def expected_loss(
      strategies: Float[Array, "n k"], agent: Int[Array, ""]
    ) -> Float[Array, ""]:
      own = jax.jacrev(losses)(strategies)[agents, agents]
      step = own if differentiate_through else jax.lax.stop_gradient(own)
      others = ((agents != agent) & change.moves)[:, None]
      return losses(strategies - step_size * jnp.where(others, step, 0))[agent]

    gradients = jax.vmap(jax.grad(expected_loss), (None, 0))(strategies, agents)
    return jnp.where(change.moves[:, None], gradients[agents, agents], 0)

  return field


def _keep(
  allowed: Bool[np.ndarray, "n n"], own_share: float
) -> Float[Array, "n n"]:
  """Returns the identity."""
  del own_share
  return mixings.selfish(len(allowed))


def _share_equally(
  allowed: Bool[np.ndarray, "n n"], own_share: float
) -> Float[Array, "n n"]:
  """Returns rows that are equal for all to whom an agent may give."""
  del own_share
  return jnp.asarray(allowed / allowed.sum(1, keepdims=True))


MODES = {
  mode.name: mode
  for mode in (
    Mode("selfish", _keep),
    Mode("cooperative", _share_equally),
    Mode("d3c", rates=_mixed_rates),
    Mode("original_loss", rates=_original_rates),
    Mode("altruism", rates=_taken_rates, giving=False),
    Mode("look_ahead", _keep, field=_look_ahead(differentiate_through=False)),
    Mode("lola", _keep, field=_look_ahead(differentiate_through=True)),
  )
}
