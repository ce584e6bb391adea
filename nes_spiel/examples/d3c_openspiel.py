# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
r"""OpenSpiel's own Q-learners come to cooperate once their rewards are mixed.

  python -m nes_spiel.examples.d3c_openspiel --output_dir=out/d3c_openspiel
  python -m nes_spiel.examples.d3c_openspiel --game=repeated_matrix_pd \
    --mode=selfish --mode=cooperative --mode=d3c --seeds=5

Two of `open_spiel.python.algorithms.tabular_qlearner`, which know of nothing,
play an iterated prisoner's dilemma. Prints how often they cooperate in the last
tenth of the episodes and what they keep over what they give, and writes that
table and a picture to --output_dir.
"""

import pathlib
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import jax
import numpy as np
import pyspiel
from absl import app, flags
from jaxtyping import Float, Int
from open_spiel.python import (
  games,  # noqa: F401, registers what is written in Python
  rl_environment,
  rl_tools,
)
from open_spiel.python.algorithms import tabular_qlearner
from tqdm import tqdm

from nes_spiel import d3c
from nes_spiel.d3c import learner, openspiel
from nes_spiel.examples import command_line, d3c_pictures, plots, tables
from nes_spiel.examples.d3c_pictures import Curve, Panel

FLAGS = flags.FLAGS
# In both, action 0 cooperates; stage rewards are 0, 1, 5 and 10.
GAMES = {
  "python_iterated_prisoners_dilemma": "python_iterated_prisoners_dilemma()",
  "repeated_matrix_pd": (
    "repeated_game(stage_game=matrix_pd(),num_repetitions=10,recall=1)"
  ),
}
MODES = ("selfish", "cooperative", "d3c")
LARGEST_REWARD = 10.0
POINTS = 50  # of a curve
COLORS = {
  "d3c": plots.BLUE,
  "selfish": plots.ORANGE,
  "cooperative": plots.GREY,
}
COLUMNS = (
  "mode",
  "cooperation",
  "lowest",
  "highest",
  "attention",
  "lowest attention",
  "highest attention",
)
NOTE = (
  "Share of moves that cooperate in the last tenth of the episodes, and "
  "attention ln(A_ii / A_ij) at the end, the mean over agents, positive if "
  "selfish: medians over seeds, and the extremes."
)

flags.DEFINE_enum("game", next(iter(GAMES)), list(GAMES), "What is played.")
flags.DEFINE_multi_enum(
  "mode",
  ["selfish", "d3c"],
  MODES,
  "What agents do about their rewards, may be repeated.",
)
flags.DEFINE_integer("seeds", 10, "Independent runs.", 1)
flags.DEFINE_integer("episodes", 2500, "Episodes of a run.", 10)
flags.DEFINE_float("step_size", 1.0, "eta_A, of the mixing.")
flags.DEFINE_float(
  "reference", LARGEST_REWARD, "The reward above which nothing is shared."
)
flags.DEFINE_integer("episodes_per_iteration", 5, "Of Algorithm 1.", 1)
flags.DEFINE_float("exploration", 0.2, "Share of random moves.", 0, 1)
flags.DEFINE_string("output_dir", None, "Folder for table and picture.")


class Run(NamedTuple):
  """How two agents got on.

  Attributes:
    cooperation: `[episodes]`, the share of an episode's moves that cooperate.
    moves: `[episodes]`, how many there were.
    attention: `[iterations + 1]`, the mean over agents.
  """

  cooperation: Float[np.ndarray, " episodes"]
  moves: Int[np.ndarray, " episodes"]
  attention: Float[np.ndarray, " iterations+1"]

  def last_cooperation(self) -> float:
    """Returns the share of moves that cooperate in the last tenth."""
    last = slice(-(len(self.moves) // 10), None)
    return float(np.average(self.cooperation[last], weights=self.moves[last]))


class _Instead:
  """What another object is, but for some attributes."""

  def __init__(self, other: Any, **attributes: Any):
    self.__dict__.update(attributes, _other=other)

  def __getattr__(self, name: str) -> Any:
    return getattr(self._other, name)


def observed(game: Any) -> Any:
  """Returns a game that an environment takes: with nothing to see, if needed.

  `rl_environment` refuses games without tensors, such as
  `python_iterated_prisoners_dilemma`; here these get a constant one.
  """
  kind = game.get_type()
  if kind.provides_observation_tensor or kind.provides_information_state_tensor:
    return game

  def begin() -> _Instead:
    return _Instead(
      game.new_initial_state(), observation_tensor=lambda player: [1.0]
    )

  kind = _Instead(kind, provides_observation_tensor=True)
  return _Instead(
    game,
    get_type=lambda: kind,
    observation_tensor_size=lambda: 1,
    new_initial_state=begin,
  )


def make_environment(
  game: str, seed: int, **options: Any
) -> openspiel.MixedEnvironment:
  """Returns one of `GAMES`, with rewards mixed as `options` say."""
  chance = rl_environment.ChanceEventSampler(seed)
  bare = rl_environment.Environment(
    observed(pyspiel.load_game(GAMES[game])), chance_event_sampler=chance
  )
  return openspiel.MixedEnvironment(bare, jax.random.key(seed), **options)


def train(
  environment: Any, seed: int, episodes: int, exploration: float, bar: Any
) -> Run:
  """Returns how two Q-learners got on in an environment.

  Args:
    environment: of two players.
    seed: of the agents, for NumPy's global generator, which they use.
    episodes: how many.
    exploration: the share of moves at random, half of which cooperate.
    bar: of tqdm, moved on by every episode.
  """
  np.random.seed(seed)
  # They do not discount the future, they ignore it: a move of a prisoner
  # without memory changes nothing there, and its noise would hide the present.
  constant = rl_tools.ConstantSchedule(exploration)
  agents = [
    tabular_qlearner.QLearner(
      player,
      environment.action_spec()["num_actions"],
      epsilon_schedule=constant,
      discount_factor=0.0,
    )
    for player in range(environment.num_players)
  ]
  shares = np.zeros(episodes)
  moves = np.zeros(episodes, int)
  for episode in range(episodes):
    actions = play(environment, agents)
    shares[episode] = np.mean(np.equal(actions, 0))
    moves[episode] = np.size(actions)
    bar.update()
  return Run(shares, moves, attention(environment.history.mixing))


def attention(mixing: Float[np.ndarray, "t n n"]) -> Float[np.ndarray, " t"]:
  """Returns ln(A_ii / A_ij), the mean over agents, over time."""
  with np.errstate(divide="ignore"):
    log_rows = np.log(mixing).astype(np.float32)
  return np.asarray(jax.vmap(learner.attention)(log_rows)).mean(axis=1)


def play(environment: Any, agents: Sequence[Any]) -> list[list[int]]:
  """Returns what agents did in an episode, from which they learn."""
  time_step, actions = environment.reset(), []
  while not time_step.last():
    actions.append([agent.step(time_step).action for agent in agents])
    time_step = environment.step(actions[-1])
  for agent in agents:
    agent.step(time_step)
  return actions


def train_all() -> dict[str, list[Run]]:
  """Returns the runs of all modes and seeds, as the flags describe them."""
  mixing = d3c.MixingOptions(step_size=FLAGS.step_size, tau_min=5, tau_max=10)
  results: dict[str, list[Run]] = {}
  modes = list(dict.fromkeys(FLAGS.mode))
  total = len(modes) * FLAGS.seeds * FLAGS.episodes
  with tqdm(total=total, unit="episode") as bar:
    for mode in modes:
      bar.set_description(mode)
      for seed in range(FLAGS.seeds):
        environment = make_environment(
          FLAGS.game,
          seed,
          mode=mode,
          options=mixing,
          reference=FLAGS.reference,
          episodes_per_iteration=FLAGS.episodes_per_iteration,
        )
        run = train(environment, seed, FLAGS.episodes, FLAGS.exploration, bar)
        results.setdefault(mode, []).append(run)
  return results


def summary(results: Mapping[str, Sequence[Run]], game: str) -> tables.Table:
  """Returns medians and extremes over seeds, a row per mode."""
  rows = []
  for mode, found in results.items():
    row: list[Any] = [mode]
    for values in (
      [run.last_cooperation() for run in found],
      [float(run.attention[-1]) for run in found],
    ):
      numbers = np.median(values), np.min(values), np.max(values)
      row += [float(x) if np.isfinite(x) else None for x in numbers]
    rows.append(row)
  return tables.Table(
    f"d3c_{game}", f"Q-learners in {game}", COLUMNS, rows, [NOTE]
  )


def panels(results: Mapping[str, Sequence[Run]], game: str) -> list[Panel]:
  """Returns cooperation and attention over training."""
  cooperation = [
    _curve(mode, [run.cooperation for run in found], len(found[0].moves))
    for mode, found in results.items()
  ]
  kept = [
    _curve(mode, [run.attention for run in found], len(found[0].moves))
    for mode, found in results.items()
    if np.isfinite(found[0].attention).all()
  ]
  return [
    Panel(game, "Share of moves that cooperate", cooperation),
    Panel("What agents keep", "ln(A_ii / A_ij)", kept),
  ]


def _curve(
  mode: str, paths: Sequence[Float[np.ndarray, " t"]], episodes: int
) -> Curve:
  """Returns the mean over seeds of windows of episodes, with its spread."""
  points = min(POINTS, len(paths[0]))
  values = np.array(
    [[part.mean() for part in np.array_split(x, points)] for x in paths]
  )
  steps = np.linspace(0, episodes, points, dtype=int)
  return Curve(mode, steps, values.mean(0), values.std(0), COLORS[mode])


def main(argv: list[str]) -> None:
  """Runs; a user's mistake ends it with one line."""
  with command_line.program(argv):
    results = train_all()
    table = summary(results, FLAGS.game)
    print(table.text())
    if FLAGS.output_dir is not None:
      folder = pathlib.Path(FLAGS.output_dir)
      print(f"Written: {tables.write(folder, table)}")
      picture = folder / f"{table.name}.png"
      d3c_pictures.draw(picture, panels(results, FLAGS.game), columns=2)
      print(f"Written: {picture}")


if __name__ == "__main__":
  app.run(main)
