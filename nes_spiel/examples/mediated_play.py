# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Plays a joint over policies as a mediator would, with OpenSpiel's bots."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyspiel
from jaxtyping import Float
from open_spiel.python.algorithms import evaluate_bots
from open_spiel.python.bots import policy as policy_bots

from nes_spiel.examples import tables


def play(
  game: pyspiel.Game,
  policies: Sequence[Sequence[Any]],
  joint: Float[np.ndarray, "*a"],
  episodes: int,
  seed: int,
) -> Float[np.ndarray, "episodes n"]:
  """Returns every episode's returns.

  In each episode a joint recommendation is drawn, and every player follows its
  own with a `pyspiel.Bot`.

  Args:
    game: sequential.
    policies: per player, those that the joint is over.
    joint: `[*a]`.
    episodes: how many.
    seed: of the recommendations, the bots and chance.
  """
  rng = np.random.RandomState(seed)
  flat = joint.reshape(-1) / joint.sum()
  drawn = rng.choice(joint.size, size=episodes, p=flat)
  returns = []
  for ids in zip(*np.unravel_index(drawn, joint.shape), strict=True):
    bots = [
      policy_bots.PolicyBot(player, rng, policies[player][i])
      for player, i in enumerate(ids)
    ]
    state = game.new_initial_state()
    returns.append(evaluate_bots.evaluate_bots(state, bots, rng))
  return np.asarray(returns)


def print_returns(
  expected: Sequence[float], played: Float[np.ndarray, "episodes n"]
) -> None:
  """Prints expected values beside mean returns and their standard errors."""
  print(f"Player  Expected value  Mean return of {len(played)} episodes (s.e.)")
  for player, value in enumerate(expected):
    found = tables.estimate(played[:, player]) or tables.Estimate(np.nan)
    error = "" if found.error is None else f" ({found.error:.6f})"
    print(f"{player:6d}  {value:14.6f}  {found.mean:11.6f}{error}")
