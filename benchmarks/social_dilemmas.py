# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
r"""Steps a second of Coins, beside JaxMARL's coin game, and of training on it.

  python -m benchmarks.social_dilemmas --environments=1,1000

Both games are stepped at random by the same compiled loop over as many copies,
observations and a new episode after 500 steps included. JaxMARL's has 3 x 3
cells and two coins that come back at once, ours 5 x 5 and coins that may be
anywhere. It is left out if it is not installed: pip install --no-deps jaxmarl,
and flax. Training is A2C with V-trace of two agents; steps are the
environment's. Compilation is excluded; repeats of one process, in turns.
"""

import contextlib
import importlib.metadata
import importlib.util
import io

import jax
import jax.numpy as jnp
import numpy as np
from absl import app, flags

from benchmarks import report
from nes_spiel import d3c
from nes_spiel.examples import command_line

_ENVIRONMENTS = flags.DEFINE_list(
  "environments", ["1", "100", "1000", "10000"], "Copies of the game."
)
_TRAINED = flags.DEFINE_list(
  "trained", ["1", "16", "100"], "Episodes at once while agents learn."
)
_STEPS = flags.DEFINE_integer("steps", 500, "Of each copy in a repeat.", 1)
_REPEATS = flags.DEFINE_integer("repeats", 5, "Of all measurements.", 1)
JAXMARL = importlib.util.find_spec("jaxmarl") is not None
AGENTS, ACTIONS = 2, 5  # of both games
SPREAD = report.spread_names("million steps/s")


def ours():
  """Returns reset and step of Coins, actions `[2]`."""
  game = d3c.envs.make("coins")

  def step(key, state, actions):
    observations, state, rewards, _ = game.step(key, state, actions)
    return observations, state, rewards.sum()

  return game.reset, step


def jaxmarls():
  """Returns the same of JaxMARL's coin game, episodes as long as ours."""
  with contextlib.redirect_stdout(io.StringIO()):  # it reports its imports
    from jaxmarl.environments.coin_game import coin_game

  game = coin_game.CoinGame(num_inner_steps=500, num_outer_steps=1)

  def step(key, state, actions):
    named = dict(zip(game.agents, actions, strict=True))
    observations, state, rewards, *_ = game.step(key, state, named)
    return observations, state, sum(rewards.values())

  return game.reset, step


def make_rollout(reset, step, copies):
  """Returns a function that steps copies at random, compiled."""

  @jax.jit
  def run(key):
    of_starts, of_actions, of_steps = jax.random.split(key, 3)
    observations, states = jax.vmap(reset)(jax.random.split(of_starts, copies))
    shape = (_STEPS.value, copies)
    actions = jax.random.randint(of_actions, (*shape, AGENTS), 0, ACTIONS)

    def advance(carry, drawn):
      _, states, total = carry
      observations, states, rewards = jax.vmap(step)(drawn[0], states, drawn[1])
      return (observations, states, total + rewards.sum()), None

    keys = jax.random.split(of_steps, shape)
    start = observations, states, jnp.zeros(())
    return jax.lax.scan(advance, start, (keys, actions))[0]

  return lambda: jax.block_until_ready(run(jax.random.key(0)))


def compare(copies):
  """Returns a row of million steps a second for each game."""
  games = {"nes_spiel": ours()}
  if JAXMARL:
    games["jaxmarl"] = jaxmarls()
  runs = {name: make_rollout(*game, copies) for name, game in games.items()}
  for run in runs.values():
    run()  # compiles
  turns = np.array(
    [
      [report.seconds(run) for run in runs.values()]
      for _ in range(_REPEATS.value)
    ]
  )
  speeds = copies * _STEPS.value / turns / 1e6
  ratio = speeds[:, 0] / speeds[:, -1]
  return [
    (copies, name, *report.spread(speed), float(np.median(ratio)))
    for name, speed in zip(runs, speeds.T, strict=True)
  ]


def trained(episodes):
  """Returns a row of million steps a second while agents learn."""
  game = d3c.envs.make("coins")
  algorithm = d3c.ActorCritic(episodes=episodes)
  learned = algorithm.start(game, jax.random.key(0))

  @jax.jit
  def run(key, learned):
    return algorithm.learn(game, key, learned, jnp.eye(AGENTS))

  def once():
    jax.block_until_ready(run(jax.random.key(1), learned))

  once()
  taken = np.array([report.seconds(once) for _ in range(_REPEATS.value)])
  speed = episodes * game.episode_length / taken / 1e6
  return episodes, *report.spread(speed)


def run_all():
  """Measures and prints."""
  report.show_setting(
    steps=_STEPS.value,
    repeats=_REPEATS.value,
    jaxmarl=importlib.metadata.version("jaxmarl") if JAXMARL else "left out",
  )
  rows = [row for x in _ENVIRONMENTS.value for row in compare(int(x))]
  columns = ("environments", "game", *SPREAD, "ratio")
  report.show("social_dilemmas", "Steps of coin games", columns, rows)
  report.show(
    "social_dilemmas_training",
    "Training on Coins",
    ("episodes at once", *SPREAD),
    [trained(int(x)) for x in _TRAINED.value],
  )


def main(argv):
  """Runs; a user's mistake ends it with one line."""
  with command_line.program(argv):
    run_all()


if __name__ == "__main__":
  app.run(main)
