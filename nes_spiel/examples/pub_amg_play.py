# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
r"""Plays a bot that plans at the public belief against OpenSpiel's.

  python -m nes_spiel.examples.pub_amg_play --game=kuhn_poker --alpha=0.05
  python -m nes_spiel.examples.pub_amg_play --game=leduc_poker --alpha=0.5 \
    --opponent=cfr --episodes=200

Prints what the bot gains in either seat, beside what its policy expects.
"""

from typing import Any

import numpy as np
import pyspiel
from absl import app, flags
from open_spiel.python import policy as openspiel_policy
from open_spiel.python.algorithms import cfr, expected_game_score
from open_spiel.python.bots import policy as policy_bot
from tqdm import tqdm

from nes_spiel import pub_amg
from nes_spiel.examples import command_line, public_games, tables
from nes_spiel.pub_amg import policies

FLAGS = flags.FLAGS
OPPONENTS = ("cfr", "self", "uniform")

flags.DEFINE_string("game", "kuhn_poker", "OpenSpiel game string.")
flags.DEFINE_float("alpha", 0.1, "Weight of the regularization in planning.")
flags.DEFINE_enum("opponent", "uniform", OPPONENTS, "Whom the bot plays.")
flags.DEFINE_integer(
  "cfr_iterations", 100, "That the opponent cfr has learned.", lower_bound=1
)
flags.DEFINE_integer("episodes", 1000, "In each seat.", lower_bound=2)
flags.DEFINE_integer("seed", 0, "Of cards and actions.")


def opponent_policy(game: Any, planned: Any) -> Any:
  """Returns the policy that the flags name.

  Args:
    game: OpenSpiel's.
    planned: the bot's own.
  """
  if FLAGS.opponent == "self":
    return planned
  if FLAGS.opponent == "uniform":
    return openspiel_policy.UniformRandomPolicy(game)
  solver = cfr.CFRSolver(game)
  for _ in tqdm(range(FLAGS.cfr_iterations), unit="iteration"):
    solver.evaluate_and_update_policy()
  return solver.average_policy()


def play(game: Any, bots: list[Any], seat: int) -> list[float]:
  """Returns what the bot in a seat gains, by episode."""
  rng = np.random.default_rng([FLAGS.seed, seat])
  seeds = rng.integers(2**31, size=FLAGS.episodes)
  return [
    pyspiel.evaluate_bots(game.new_initial_state(), bots, int(seed))[seat]
    for seed in tqdm(seeds, unit="episode")
  ]


def seat_row(
  game: pub_amg.PublicGame, planner: pub_amg.Planner, seat: int, rivals: Any
) -> list[Any]:
  """Returns a line of the table.

  Args:
    game: the game.
    planner: what the bot plays.
    seat: where it sits.
    rivals: the opponent's policy and the bot's own, OpenSpiel's.
  """
  other, own = rivals
  rng = np.random.default_rng([FLAGS.seed, 2 + seat])
  bots = [
    policy_bot.PolicyBot(1 - seat, np.random.RandomState(FLAGS.seed), other),
    pub_amg.PublicBeliefBot(game, seat, planner, rng),
  ]
  openspiel = game.tree.game
  gained = play(openspiel, bots[::-1] if seat == 0 else bots, seat)
  pair = [own, other] if seat == 0 else [other, own]
  expected = expected_game_score.policy_value(
    openspiel.new_initial_state(), pair
  )[seat]
  return [seat, tables.estimate(gained), float(expected)]


def run() -> None:
  """Plans, plays both seats and prints."""
  command_line.check_owned("opponent", {"cfr_iterations": ["cfr"]})
  game = public_games.load(FLAGS.game)
  planner = pub_amg.Planner(game, FLAGS.alpha)
  own = policies.to_openspiel(game, pub_amg.correspondence(game, planner))
  rivals = (opponent_policy(game.tree.game, own), own)
  table = tables.Table(
    "play",
    f"{game.name}: planning at alpha {FLAGS.alpha} against {FLAGS.opponent}",
    ["Seat", "Gained per episode", "Expected"],
    [seat_row(game, planner, seat, rivals) for seat in (0, 1)],
  )
  print(table.text())


def main(argv: list[str]) -> None:
  """Runs; a user's mistake ends it with one line."""
  with command_line.program(argv):
    run()


if __name__ == "__main__":
  app.run(main)
