# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Common-payoff games, solved as a Markov decision process of public beliefs.

Section 3 of Sokota et al. (2023), after Nayyar et al. (2013): who acts is given
a prescription, an action for each of its information states, by a coordinator
that sees what is public. Here both players want the same, so that no mixing is
needed, and a search through all deterministic prescriptions is exact. Games of
teams (Corollary 1) are not built.
"""

from typing import Any, NamedTuple

import numpy as np
import pyspiel
from jaxtyping import Float

from nes_spiel.pub_amg import beliefs, game_tree, maps, policies, validity
from nes_spiel.pub_amg.beliefs import PublicBelief
from nes_spiel.pub_amg.public_game import PublicGame
from nes_spiel.pub_amg.public_partition import PublicFrom

MAX_PRESCRIPTIONS = 100_000  # at one public belief state


class CommonPayoffSolution(NamedTuple):
  """The best that two players can do together.

  Attributes:
    policy: OpenSpiel's `TabularPolicy`; deterministic where it leads.
    value: what either player expects.
    num_beliefs: how many public belief states were met.
  """

  policy: Any
  value: float
  num_beliefs: int


def solve_common_payoff(
  game: Any,
  public: PublicFrom = "auto",
  max_histories: int = game_tree.MAX_HISTORIES,
  max_prescriptions: int = MAX_PRESCRIPTIONS,
) -> CommonPayoffSolution:
  """Returns a policy of highest payoff, by search of all prescriptions.

  For small games: the time grows with the product, over the decisions of an
  episode, of how many prescriptions there are.

      >>> import pyspiel
      >>> float(solve_common_payoff(pyspiel.load_game("tiny_hanabi")).value)
      10.0

  Args:
    game: OpenSpiel's, for two players with identical payoffs.
    public: as `PublicGame.from_openspiel` takes it.
    max_histories: how many histories there may be.
    max_prescriptions: how many prescriptions there may be at a public state.

  Raises:
    ValueError: as `PublicGame.from_openspiel`, but for a game without identical
      payoffs; too many prescriptions.
  """
  checked = validity.check_game(game, pyspiel.GameType.Utility.IDENTICAL)
  search = _Search(
    PublicGame.read(checked, public, max_histories), max_prescriptions
  )
  start = beliefs.initial_beliefs(search.game)
  value = sum(x.probability * search.value(x.state) for x in start)
  value += beliefs.ended_before(search.game)
  tables = maps.correspondence(search.game, lambda x: search.solved(x)[1])
  policy = policies.to_openspiel(search.game, tables)
  return CommonPayoffSolution(policy, value, len(search.known))


class _Search:
  """Values and prescriptions of the public belief states met so far."""

  def __init__(self, game: PublicGame, max_prescriptions: int):
    self.game, self.max_prescriptions = game, max_prescriptions
    self.known: dict[tuple[int, bytes], tuple[float, Any]] = {}

  def solved(
    self, state: PublicBelief
  ) -> tuple[float, Float[np.ndarray, "i a"]]:
    """Returns the value of a public belief state, and a best prescription."""
    key = (state.public_state, state.belief.tobytes())
    if key not in self.known:
      rules = beliefs.pure_rules(self.game, state, self.max_prescriptions)
      self.known[key] = max(
        (
          (beliefs.worth(self.game, state, rule, self.value), rule)
          for rule in rules
        ),
        key=lambda pair: pair[0],
      )
    return self.known[key]

  def value(self, state: PublicBelief) -> float:
    """Returns what either player expects."""
    return self.solved(state)[0]
