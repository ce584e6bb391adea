# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
r"""How fast agents learn to mix, beside each agent's own automatic derivative.

  python -m benchmarks.d3c --agents=2,5,10

The peer is what one writes first: for every agent a gradient of its mixed loss,
and one of ReLU(df^A_i/dt + epsilon) with respect to its row, through the
dynamics of all. Ours takes one Jacobian of all losses and Eq. 11's closed form.
Both are compiled alike, batched over the same runs, and end at the same
mixings. Also the two experiments of the paper in full. Compilation is excluded;
repeats of one process, in turns.
"""

import dataclasses

import jax
import jax.numpy as jnp
import numpy as np
from absl import app, flags

from benchmarks import report
from nes_spiel import d3c
from nes_spiel.d3c import compilation
from nes_spiel.examples import command_line

_AGENTS = flags.DEFINE_list("agents", ["2", "3", "5", "10"], "Of the dilemma.")
_RUNS = flags.DEFINE_integer("runs", 1000, "Of each experiment.", 1)
_STEPS = flags.DEFINE_integer("steps", 50, "Compared with the peer.", 1)
_REPEATS = flags.DEFINE_integer("repeats", 5, "Of all measurements.", 1)
COLUMNS = (
  "agents",
  "method",
  *report.spread_names("microseconds/step of a run"),
  "ratio",
)


def agent_gradients(game, strategies, mixing, agent, epsilon):
  """Returns one agent's gradients, each by automatic differentiation."""

  def mixed_loss(strategies, mixing, j):
    return mixing[:, j] @ game.losses(strategies)

  def suffering(row):
    own = mixing.at[agent].set(row)
    rate = 0.0
    for j in range(game.num_agents):
      field = jax.grad(mixed_loss)(strategies, own, j)[j]
      effect = jax.grad(mixed_loss)(strategies, own, agent)[j]
      rate -= jnp.sum(field * effect)
    return jax.nn.relu(rate + epsilon)

  step = jax.grad(mixed_loss)(strategies, mixing, agent)[agent]
  return step, jax.grad(suffering)(mixing[agent])


def peer_step(game, state):
  """Returns strategies and log A after one step of every agent by itself."""
  strategies, log_mixing = state
  recipe, mixing = game.recipe, jnp.exp(log_mixing)
  found = [
    agent_gradients(game, strategies, mixing, agent, recipe.epsilon)
    for agent in range(game.num_agents)
  ]
  steps, rows = (jnp.stack(x) for x in zip(*found, strict=True))
  moved = log_mixing - recipe.mixing_step_size * rows
  clipped = jnp.clip(moved, recipe.lowest, recipe.highest)
  return (
    strategies - recipe.step_size * steps,
    jax.nn.log_softmax(clipped, axis=1),
  )


def make_peer(game, starts):
  """Returns a function that runs the peer, and returns the mixings."""
  first = d3c.initial_state(
    starts[0],
    d3c.MODES["d3c"],
    game.recipe,
    d3c.Population((True,) * game.num_agents, (True,) * game.num_agents),
  )

  def run(strategies):
    def advance(_, state):
      return peer_step(game, state)

    state = strategies, first.log_mixing
    return jnp.exp(jax.lax.fori_loop(0, _STEPS.value, advance, state)[1])

  options = compilation.compiler_options()
  compiled = jax.jit(jax.vmap(run), compiler_options=options)
  return lambda: jax.block_until_ready(compiled(starts))


def make_ours(game, starts):
  """Returns a function that trains, and returns the mixings."""
  options = {"strategies": starts, "record_every": _STEPS.value}
  key = jax.random.key(0)
  return lambda: d3c.train(game, key, len(starts), **options).mixing


def compare(agents):
  """Returns a row per method for the prisoner's dilemma of some agents."""
  game = d3c.games.prisoners_dilemma(agents)
  recipe = dataclasses.replace(game.recipe, steps=_STEPS.value)
  game = dataclasses.replace(game, recipe=recipe)
  keys = jax.random.split(jax.random.key(0), _RUNS.value)
  starts = jax.vmap(game.start)(keys)
  methods = {"ours": make_ours(game, starts), "peer": make_peer(game, starts)}
  ours, peer = (run() for run in methods.values())  # compiles
  np.testing.assert_allclose(ours, peer, atol=1e-4)
  turns = np.array(
    [
      [report.seconds(run) for run in methods.values()]
      for _ in range(_REPEATS.value)
    ]
  )
  per_step = turns / _STEPS.value / _RUNS.value * 1e6
  ratio = float(np.median(turns[:, 1] / turns[:, 0]))
  return [
    (agents, name, *report.spread(taken), ratio if name == "peer" else 1.0)
    for name, taken in zip(methods, per_step.T, strict=True)
  ]


def experiments():
  """Returns seconds for the paper's two experiments, a row for each."""
  games = d3c.games.braess(), d3c.games.prisoners_dilemma(10)
  rows = []
  for game in games:

    def run(game=game):
      d3c.train(game, jax.random.key(0), _RUNS.value, record_every=100)

    run()
    taken = [report.seconds(run) for _ in range(_REPEATS.value)]
    rows.append(
      (game.name, _RUNS.value, game.recipe.steps, *report.spread(taken))
    )
  return rows


def run_all():
  """Measures and prints."""
  report.show_setting(
    runs=_RUNS.value, steps=_STEPS.value, repeats=_REPEATS.value
  )
  rows = [row for agents in _AGENTS.value for row in compare(int(agents))]
  report.show("d3c", "Learning to mix, the prisoner's dilemma", COLUMNS, rows)
  report.show(
    "d3c_experiments",
    "Experiments of the paper",
    ("game", "runs", "steps", *report.spread_names("seconds")),
    experiments(),
  )


def main(argv):
  """Runs; a user's mistake ends it with one line."""
  with command_line.program(argv):
    run_all()


if __name__ == "__main__":
  app.run(main)
