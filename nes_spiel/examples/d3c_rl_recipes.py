# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""How agents learn in each social dilemma, and their training by it."""

import dataclasses
import math
import pathlib
from collections.abc import Mapping
from typing import Any, NamedTuple

import jax

from nes_spiel import d3c

LEARNERS: Mapping[str, d3c.Algorithm] = {
  "reinforce": d3c.Reinforce(),
  "actor_critic": d3c.ActorCritic(),
}
# What rows move by in an update is clipped: one that counts crosses the range.
WALKS = d3c.MixingOptions(
  step_size=100.0, kl_weight=1e-5, tau_min=5, tau_max=10, own_share=0.9
)


class Recipe(NamedTuple):
  """How agents learn in an environment.

  Attributes:
    env: its name.
    options: of the environment.
    algorithm: with which agents learn, unless another is given.
    mixing: how they learn to mix.
    runs, batches, record_every: how many, unless other numbers are given.
  """

  env: str
  options: Mapping[str, Any]
  algorithm: d3c.Algorithm
  mixing: d3c.MixingOptions
  runs: int
  batches: int
  record_every: int


RECIPES: Mapping[str, Recipe] = {
  "trust_your_brother": Recipe(
    "trust_your_brother",
    {"normalized": True},
    d3c.Reinforce(),
    d3c.MixingOptions(step_size=10.0),
    runs=200,
    batches=10_000,
    record_every=100,
  ),
  # With Table 1's step of 0.001 and epsilon of 100 rows walk at random, as
  # returns are about 1 an episode. 30 million steps of the environment.
  "coins": Recipe(
    "coins",
    {},
    d3c.ActorCritic(),
    dataclasses.replace(WALKS, reference=2.5),  # the return of a good episode
    runs=5,
    batches=3760,
    record_every=40,
  ),
  # 4 million steps of a world for five.
  "cleanup": Recipe(
    "cleanup",
    {"preset": "small", "view": 3, "rotation": False, "fining": False},
    d3c.ActorCritic(episodes=8),
    WALKS,
    runs=3,
    batches=500,
    record_every=20,
  ),
  # For two agents, of Appendix F.3. 6.4 million steps.
  "cleanup_restricted": Recipe(
    "cleanup",
    {"preset": "restricted"},
    d3c.ActorCritic(episodes=64),
    WALKS,
    runs=3,
    batches=2000,
    record_every=40,
  ),
  # 10 million steps of a world for three.
  "harvest_patch": Recipe(
    "harvest_patch",
    {"preset": "small", "view": 3, "rotation": False, "episode_length": 500},
    d3c.ActorCritic(episodes=8),
    dataclasses.replace(WALKS, step_size=3.0, reference=20.0),
    runs=3,
    batches=2500,
    record_every=50,
  ),
}


def checkpoints(output_dir: str | pathlib.Path, mode: str) -> pathlib.Path:
  """Returns the folder of a mode's checkpoints."""
  return pathlib.Path(output_dir, "checkpoints", mode)


def train(
  name: str,
  mode: str,
  runs: int | None,
  batches: int | None,
  seed: int,
  output_dir: str | pathlib.Path | None = None,
  learner: str | None = None,
  resume: bool = False,
  **options: Any,
) -> d3c.AgentTraining:
  """Returns runs in one mode, by a recipe.

  Args:
    name: one of `RECIPES`.
    mode: one of `d3c.AGENT_MODES`.
    runs: how many, the recipe's number if None.
    batches: of each, the recipe's number if None.
    seed: of everything random.
    output_dir: under which checkpoints are written; none are if None.
    learner: one of `LEARNERS` with its defaults, the recipe's if None.
    resume: go on from checkpoints, if there are any of this mode.
    **options: others of `d3c.train_agents`; those that are None do not count.
  """
  recipe = RECIPES[name]
  batches = recipe.batches if batches is None else batches
  folder = checkpoints(output_dir, mode) if output_dir else None
  begun = bool(folder and folder.exists())
  given = {key: x for key, x in options.items() if x is not None}
  return d3c.train_agents(
    d3c.envs.make(recipe.env, **recipe.options),
    recipe.algorithm if learner is None else LEARNERS[learner],
    jax.random.key(seed),
    recipe.runs if runs is None else runs,
    mode=mode,
    batches=batches,
    folder=folder,
    resume=resume and begun,
    **{
      "options": recipe.mixing,
      "record_every": math.gcd(recipe.record_every, batches),
      **given,
    },
  )
