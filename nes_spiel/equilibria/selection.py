# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Which equilibrium is selected: the parameters of Eq. 6.

  maximise over sigma and epsilon, subject to the epsilon-(C)CE constraints,

    mu sum_a sigma(a) W(a) - sum_a sigma(a) ln(sigma(a) / target(a))
      - rho sum_p (max_eps_p - eps_p) ln((max_eps_p - eps_p)
                                         / (e (max_eps_p - target_eps_p)))

(Marris et al. 2022). For rho > 0 the solution is unique. Each row of Table 3
is a function below. `mu`, `rho` and `max_epsilon` are numbers on the
standardised scale, `target_epsilon` and `welfare` are in the caller's units.
So answers do not depend on a player's payoff offset and scale; except that the
sum of payoffs, as a welfare, weighs players by the scales they come in.
"""

import dataclasses
from collections.abc import Callable
from typing import Any

import jax

# At rho = 1e4 the exact optimum's own gap averages 0.0014 on random 4x4 games.
# Where target_epsilon cannot be reached, as is usual for a negative one, the
# sums of duals grow like 0.7 rho, so rho has to be small to be solvable.
RHO = 1e4
RHO_UNREACHABLE = 10.0
MU = 10.0

Number = Any  # a float, or an array of the shape the docstring gives


@jax.tree_util.register_dataclass
@dataclasses.dataclass(frozen=True)
class Selection:
  """The parameters of Eq. 6; None stands for the row's usual choice.

  Attributes:
    target_joint: `[*a]`, positive, summing to 1; None is uniform.
    target_epsilon: `[n]` or one number, payoff units; -inf asks for the
      smallest epsilon there is.
    max_epsilon: `[n]` or one number, standardised scale; None is Z = sqrt|A|.
    welfare: `[*a]`, any units: offset and scale are removed (Eq. 16c). None is
      the sum of the players' payoffs.
    mu: weight of the welfare; None leaves it out.
    rho: weight of the distance between epsilon and target_epsilon; None is
      1e4, or 10 where a target_epsilon is negative; a sweep of target_epsilon
      through 0 should fix it.
    shared_epsilon: one epsilon for all players, on the standardised scale,
      rather than one each.
  """

  target_joint: Number = None
  target_epsilon: Number = 0.0
  max_epsilon: Number = None
  welfare: Number = None
  mu: Number = None
  rho: Number = None
  shared_epsilon: bool = dataclasses.field(
    default=False, metadata={"static": True}
  )


def MaximumEntropy(  # noqa: N802
  target_epsilon: Number = 0.0, rho: Number = None
) -> Selection:
  """Returns ME: the (C)CE closest to uniform play (Ortiz et al. 2007)."""
  return Selection(target_epsilon=target_epsilon, rho=rho)


def MinimumRelativeEntropy(  # noqa: N802
  target_joint: Number, target_epsilon: Number = 0.0, rho: Number = None
) -> Selection:
  """Returns MRE (MT for a fixed target): the (C)CE closest to a target joint.

  Args:
    target_joint: `[*a]`, positive, summing to 1.
    target_epsilon: as in `Selection`.
    rho: as in `Selection`.
  """
  return Selection(
    target_joint=target_joint, target_epsilon=target_epsilon, rho=rho
  )


def MaximumWelfare(  # noqa: N802
  target_epsilon: Number = 0.0, mu: Number = MU, rho: Number = None
) -> Selection:
  """Returns MU: high sum of payoffs, the closer to maximal the larger mu.

  Keep rho far above mu * max_epsilon: otherwise equilibrium itself is traded
  for welfare.
  """
  return Selection(target_epsilon=target_epsilon, mu=mu, rho=rho)


def MaximumWelfareMaximumEntropy(  # noqa: N802
  welfare: Number = None,
  target_epsilon: Number = 0.0,
  mu: Number = MU,
  rho: Number = None,
) -> Selection:
  """Returns MWME: high expected `welfare` `[*a]`, any linear objective.

  With `welfare=None`, the sum of payoffs, it is `MaximumWelfare`.
  """
  return Selection(
    target_epsilon=target_epsilon, welfare=welfare, mu=mu, rho=rho
  )


def MaximumStrength(  # noqa: N802
  target_epsilon: Number = -float("inf"),
  rho: Number = None,
  shared_epsilon: bool = False,
) -> Selection:
  """Returns MS: the strictest constraints, deviations lose as much as possible.

  With one epsilon per player one player's may be positive, bought by another's:
  the answer need not be an equilibrium. With `shared_epsilon` it is one in the
  limit of rho; at a small rho entropy buys a positive epsilon.
  `Solution.gap_sum` tells.
  """
  return Selection(
    target_epsilon=target_epsilon, rho=rho, shared_epsilon=shared_epsilon
  )


# The rows of Table 3 that need no array, by the paper's abbreviation.
SELECTIONS: dict[str, Callable[..., Selection]] = {
  "me": MaximumEntropy,
  "ms": MaximumStrength,
  "mu": MaximumWelfare,
}


def make_selection(name: str, **options: Any) -> Selection:
  """Returns a selection by the abbreviation of Table 3.

  Args:
    name: a key of `SELECTIONS`.
    **options: as the constructor takes them.

  Raises:
    ValueError: an unknown name.
  """
  if name not in SELECTIONS:
    raise ValueError(
      f"selection: expected one of {sorted(SELECTIONS)}, got {name!r}."
    )
  return SELECTIONS[name](**options)
