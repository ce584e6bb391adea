# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Named two-player games with a known answer.

Every function returns payoffs `[2, a_1, a_2]` in float64: utilities, more is
better, the row player first. A cell "x, y" of a printed matrix pays the row
player x and the column player y. `make(name)` builds by name; `NAMES` lists.
"""

from collections.abc import Callable, Sequence
from typing import TypeAlias

import numpy as np
from jaxtyping import Float

Payoffs: TypeAlias = Float[np.ndarray, "2 rows columns"]

Rows: TypeAlias = Sequence[Sequence[int | float]]


def _two_player(row: Rows, column: Rows) -> Payoffs:
  """Returns payoffs from each player's matrix `[rows, columns]`."""
  return np.array([row, column], dtype=np.float64)


def _symmetric(row: Rows) -> Payoffs:
  """Returns the game in which the column player faces what the row player does.

  Args:
    row: the row player's square matrix; the column player's is its transpose.
  """
  return _two_player(row, np.transpose(row).tolist())


def _zero_sum(row: Rows) -> Payoffs:
  """Returns the game in which the column player pays the row player."""
  # 0.0 - x, not -x, so that no entry is a negative zero.
  return _two_player(row, (0.0 - np.asarray(row)).tolist())


def chicken() -> Payoffs:
  """Returns chicken: each wants to dare, but not against one who dares.

               dare    chicken
      dare     0, 0     7, 2
      chicken  2, 7     6, 6

  Pure Nash equilibria: (dare, chicken) and (chicken, dare). Mixed: dare with
  probability 1/3, worth 14/3 to each. One third on every cell but
  (dare, dare) is a correlated equilibrium worth 5 to each.

  Source: R. Aumann, "Subjectivity and correlation in randomized strategies",
  Journal of Mathematical Economics 1, 1974.
  """
  return _symmetric([[0, 7], [2, 6]])


def bach_or_stravinsky() -> Payoffs:
  """Returns Bach or Stravinsky: together is better, but where?

                   Bach    Stravinsky
      Bach         2, 1       0, 0
      Stravinsky   0, 0       1, 2

  Pure Nash equilibria: both cells of the diagonal. Mixed: each goes where it
  likes with probability 2/3, worth 2/3 to each.

  Source: M. Osborne and A. Rubinstein, "A course in game theory", 1994,
  example 15.3; as the battle of the sexes in R. Luce and H. Raiffa, "Games and
  decisions", 1957.
  """
  return _two_player([[2, 0], [0, 1]], [[1, 0], [0, 2]])


def prisoners_dilemma() -> Payoffs:
  """Returns the prisoner's dilemma: to defect is dominant, and bad for both.

                  cooperate    defect
      cooperate     3, 3        0, 5
      defect        5, 0        1, 1

  (defect, defect) is the only Nash, correlated and coarse correlated
  equilibrium.

  Source: A. Rapoport and A. Chammah, "Prisoner's dilemma", 1965; numbers of
  R. Axelrod, "The evolution of cooperation", 1984.
  """
  return _symmetric([[3, 0], [5, 1]])


def rock_paper_scissors() -> Payoffs:
  """Returns rock, paper, scissors: zero-sum, 1 for a win.

                 rock     paper    scissors
      rock       0, 0     -1, 1     1, -1
      paper      1, -1     0, 0    -1, 1
      scissors  -1, 1      1, -1    0, 0

  The only Nash equilibrium is uniform; its value is 0.

  Source: J. von Neumann, "Zur Theorie der Gesellschaftsspiele", Mathematische
  Annalen 100, 1928, proved that such a value exists.
  """
  return _zero_sum([[0, -1, 1], [1, 0, -1], [-1, 1, 0]])


def perturbed_rock_paper_scissors() -> Payoffs:
  """Returns rock, paper, scissors with rock over scissors worth three wins.

                 rock     paper    scissors
      rock       0, 0     -1, 1     3, -3
      paper      1, -1     0, 0    -1, 1
      scissors  -3, 3      1, -1    0, 0

  The only Nash equilibrium plays rock, paper and scissors with probabilities
  1/5, 3/5 and 1/5; its value is 0.

  Source: S. Sokota et al., "A unified approach to reinforcement learning,
  quantal response equilibria, and two-player zero-sum games" (magnetic mirror
  descent), ICLR 2023.
  """
  return _zero_sum([[0, -1, 3], [1, 0, -1], [-3, 1, 0]])


def matching_pennies() -> Payoffs:
  """Returns matching pennies: the row player wins if the sides agree.

              heads     tails
      heads   1, -1    -1, 1
      tails  -1, 1      1, -1

  The only Nash equilibrium is uniform; its value is 0.

  Source: J. von Neumann and O. Morgenstern, "Theory of games and economic
  behavior", 1944.
  """
  return _zero_sum([[1, -1], [-1, 1]])


def stag_hunt() -> Payoffs:
  """Returns the stag hunt: best together, but a hare is safe.

              stag    hare
      stag    4, 4    0, 3
      hare    3, 0    3, 3

  Pure Nash equilibria: both cells of the diagonal. Mixed: stag with probability
  3/4, worth 3 to each.

  Source: J.-J. Rousseau, "Discours sur l'origine et les fondements de
  l'inegalite parmi les hommes", 1755, has the story; as a game B. Skyrms, "The
  stag hunt and the evolution of social structure", 2004.
  """
  return _symmetric([[4, 0], [3, 3]])


def traffic() -> Payoffs:
  """Returns two drivers at a crossing, where to crash is very bad.

                go          wait
      go    -100, -100      1, 0
      wait     0, 1         0, 0

  Pure Nash equilibria: one goes, the other waits. Mixed: go with probability
  1/101, worth 0 to each, and sometimes they crash. A traffic light, one half
  on each of the pure ones, is a correlated equilibrium worth 1/2 to each.

  Source: E. Tardos and V. Vazirani, "Basic solution concepts and computational
  issues", in "Algorithmic game theory", 2007.
  """
  return _symmetric([[-100, 1], [0, 0]])


def shapleys_game() -> Payoffs:
  """Returns Shapley's game, in which fictitious play goes round for ever.

             1       2       3
      1    0, 0    0, 1    1, 0
      2    1, 0    0, 0    0, 1
      3    0, 1    1, 0    0, 0

  The only Nash equilibrium is uniform, worth 1/3 to each. One sixth on every
  cell off the diagonal is a correlated equilibrium worth 1/2 to each.

  Source: L. Shapley, "Some topics in two-person games", in "Advances in game
  theory", 1964, up to the order of the strategies.
  """
  return _symmetric([[0, 0, 1], [1, 0, 0], [0, 1, 0]])


def maximum_welfare_counterexample_ce(penalty: float = -999.0) -> Payoffs:
  """Returns two games of chicken of which the pair must choose the same one.

             1        2        3        4
      1   -4, -4    2, -2      p        p
      2   -2, 2     1, 1       p        p
      3      p        p     -3, -3    2, -2
      4      p        p     -2, 2    1.1, 1.1

  The largest total welfare is 2.2, at (4, 4), yet a correlated equilibrium
  reaches 0.786 (11/14) at most with the second game alone. The best total is 1,
  in the first game: one half on (2, 2), one quarter on (1, 2) and on (2, 1). So
  the equilibrium closest to all weight on the best cell does not have the
  maximum welfare.

  Args:
    penalty: what both players get (p) if they do not choose the same game,
      finite.

  Raises:
    ValueError: `penalty` is not finite.

  Source: L. Marris et al., "Turbocharging solution concepts: solving NEs, CEs
  and CCEs with neural equilibrium solvers", 2022, table 5a.
  """
  if not np.isfinite(penalty):
    raise ValueError(f"penalty: expected a finite number; got {penalty}.")
  return _symmetric(
    [
      [-4, 2, penalty, penalty],
      [-2, 1, penalty, penalty],
      [penalty, penalty, -3, 2],
      [penalty, penalty, -2, 1.1],
    ]
  )


def maximum_welfare_counterexample_cce() -> Payoffs:
  """Returns the game whose best cell can only be played a third of the time.

             1       2        3         4
      1    2, 2    0, 0     0, 0      0, 2
      2    0, 0    3, 3     0, 3    -10, 7
      3    0, 0    3, 0   -10, -10  -10, -6
      4    2, 0    7, -10  -6, -10    0, 0

  The largest total welfare is 6, at (2, 2), but no coarse correlated
  equilibrium plays that cell with probability above 1/3. The one that does,
  with 1/3 on (1, 3) and on (3, 1), has welfare 2. The best has welfare 4 and is
  the pure (1, 1), also a Nash equilibrium.

  Source: L. Marris et al., "Turbocharging solution concepts: solving NEs, CEs
  and CCEs with neural equilibrium solvers", 2022, table 5b. The text there
  gives 0.2 for the probability of (2, 2); the linear program gives 1/3.
  """
  return _symmetric(
    [[2, 0, 0, 0], [0, 3, 0, -10], [0, 3, -10, -10], [2, 7, -6, 0]]
  )


# The one table: a name is the function's own, so that the two cannot differ.
_BUILDERS: dict[str, Callable[[], Payoffs]] = {
  build.__name__: build
  for build in (
    bach_or_stravinsky,
    chicken,
    matching_pennies,
    maximum_welfare_counterexample_cce,
    maximum_welfare_counterexample_ce,
    perturbed_rock_paper_scissors,
    prisoners_dilemma,
    rock_paper_scissors,
    shapleys_game,
    stag_hunt,
    traffic,
  )
}

NAMES: tuple[str, ...] = tuple(sorted(_BUILDERS))


def make(name: str) -> Payoffs:
  """Returns the payoffs `[2, a_1, a_2]` of the classic of that name.

  Args:
    name: one of `NAMES`.

  Raises:
    ValueError: an unknown name.
  """
  if name not in _BUILDERS:
    raise ValueError(f"name: expected one of {', '.join(NAMES)}; got {name!r}.")
  return _BUILDERS[name]()
