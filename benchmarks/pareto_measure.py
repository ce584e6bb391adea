# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""One peer on the games of one shape: how long, and how near to the optimum."""

import collections
import time
from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import numpy as np
from jaxtyping import Float

import nes_spiel
from benchmarks import peers, report
from benchmarks.cvxpy_games import total_variation
from nes_spiel.equilibria import Concept, gap_sum

REFERENCE_TOLERANCE = 1e-12  # asked for
REFERENCE_RESIDUAL = 1e-9  # a game counts if it got at least so far
REFERENCE_GAMES = 64  # at most
# Games per call times joints: what a network's layers need of memory.
MOST_JOINTS = 2**20


class Entry(NamedTuple):
  """What is measured.

  Attributes:
    concept: "ce" or "cce".
    shape: strategies per player.
    method: a key of `peers.PEERS`.
    batch: games per call, at most.
    seconds: that measuring should take, without compilation.
    repeats: at most.
    seed: of the games.
    single: seconds a game that one game per call took, if that is known.
  """

  concept: Concept
  shape: tuple[int, ...]
  method: str
  batch: int
  seconds: float
  repeats: int
  seed: int
  single: float | None = None


class Measured(NamedTuple):
  """What is found.

  Attributes:
    per_call: games in one call.
    games: whose answers were looked at.
    seconds: per game, one for each repeat.
    tv: total variation to the exact solution, of the games that have both.
    gap: the (C)CE gap of every answer.
    words: how often what was said of games that were not solved.
  """

  per_call: int
  games: int
  seconds: list[float]
  tv: Float[np.ndarray, " g"]
  gap: Float[np.ndarray, " g"]
  words: collections.Counter[str]


def make() -> Callable[..., Any]:
  """Returns what a worker does: solve the reference, or measure an entry."""

  def call(entry: Entry, reference: Any = None) -> Any:
    if reference is None:
      return solve_reference(entry)
    return measure(entry, reference)

  return call


def draw(entry: Entry, count: int) -> Float[np.ndarray, "b n *a"]:
  """Returns the first games of a seed, the same whatever their number."""
  key = jax.random.key(entry.seed)
  with jax.enable_x64(True):
    games = [
      nes_spiel.games.sample_invariant(
        jax.random.fold_in(key, piece),
        REFERENCE_GAMES,
        entry.shape,
      )
      for piece in range(-(-count // REFERENCE_GAMES))
    ]
    return np.concatenate(jax.device_get(games))[:count]


def solve_reference(entry: Entry) -> Float[np.ndarray, "g *a"]:
  """Returns exact joints of as many games as time allows, NaN where none."""

  def solve(payoffs: Any) -> nes_spiel.Solution:
    return nes_spiel.solve(
      payoffs, entry.concept, tolerance=REFERENCE_TOLERANCE
    )

  games = draw(entry, REFERENCE_GAMES)
  solve(games[0])  # compiles
  joints: list[Any] = []
  started = time.perf_counter()
  for payoffs in games:
    found = solve(payoffs)
    good = found.residual <= REFERENCE_RESIDUAL
    joints.append(found.joint if good else np.full_like(found.joint, np.nan))
    if time.perf_counter() - started > entry.seconds:
      break
  return np.stack(joints)


def measure(entry: Entry, reference: Float[np.ndarray, "g *a"]) -> Measured:
  """Times a peer, and compares its answers with the reference."""
  case = peers.Case(entry.concept, entry.shape, entry.seconds / 2)
  peer = peers.PEERS[entry.method](case)
  if entry.batch == 1:
    payoffs = draw(entry, len(reference))
    times, answers = one_by_one(peer, payoffs, entry)
    per_call = 1
  else:
    per_call = games_per_call(entry)
    payoffs = draw(entry, per_call)
    times, answers = at_once(peer, payoffs, entry)
  return compare(entry, per_call, times, answers, payoffs, reference)


def games_per_call(entry: Entry) -> int:
  """Returns the largest power of two that time, memory and batch allow.

  Raises:
    ValueError: it is one.
  """
  most = min(entry.batch, MOST_JOINTS // int(np.prod(entry.shape)))
  if entry.single is not None:
    most = min(most, int(entry.seconds / 2 / entry.single))
  if most < 2:
    raise ValueError("one game fills the time of a batch")
  return 2 ** int(np.log2(most))


def one_by_one(
  peer: peers.Peer, payoffs: Float[np.ndarray, "g n *a"], entry: Entry
) -> tuple[list[float], peers.Answer]:
  """Returns seconds per game of each repeat, one game per call; answers."""
  peer(payoffs[0])()  # compiles
  whole = report.seconds(lambda: peer(payoffs[0])())
  share = entry.seconds / max(entry.repeats, 1)
  count = int(np.clip(share / whole, 1, len(payoffs)))
  times: list[float] = []
  started = time.perf_counter()
  while not times or _goes_on(entry, started, len(times)):
    calls = [_timed(peer(game)) for game in payoffs[:count]]
    times.append(sum(spent for spent, _ in calls) / count)
    answers = [answer for _, answer in calls]
  joints = np.stack([answer.joint for answer in answers])
  words = tuple(word for answer in answers for word in answer.words)
  return times, peers.Answer(joints, words)


def at_once(
  peer: peers.Peer, payoffs: Float[np.ndarray, "b n *a"], entry: Entry
) -> tuple[list[float], peers.Answer]:
  """Returns seconds per game of each repeat, all in one call; answers."""
  solve = peer(payoffs)
  solve()  # compiles
  times: list[float] = []
  started = time.perf_counter()
  while not times or _goes_on(entry, started, len(times)):
    spent, answer = _timed(solve)
    times.append(spent / len(payoffs))
  return times, answer


def _goes_on(entry: Entry, started: float, done: int) -> bool:
  """Returns whether there are repeats to do, and time for another."""
  spent = time.perf_counter() - started
  return done < entry.repeats and spent * (done + 1) / done < entry.seconds


def _timed(call: Callable[[], Any]) -> tuple[float, Any]:
  """Returns how long a call took, and its answer."""
  answers = []
  spent = report.seconds(lambda: answers.append(call()))
  return spent, answers[0]


def compare(
  entry: Entry,
  per_call: int,
  times: list[float],
  answer: peers.Answer,
  payoffs: Float[np.ndarray, "g n *a"],
  reference: Float[np.ndarray, "g *a"],
) -> Measured:
  """Returns what is found; other selections have no distance."""
  looked_at = answer.joint[:REFERENCE_GAMES]
  joints = looked_at.reshape(len(looked_at), -1)
  games = np.flatnonzero(np.isfinite(joints).all(1))
  distances = [
    total_variation(reference[game], answer.joint[game])
    for game in games[games < len(reference)]
    if np.isfinite(reference[game]).all()
  ]
  if entry.method in peers.OTHER_SELECTION:
    distances = []
  with jax.enable_x64(True):
    gaps = [
      float(_gap(payoffs[game], answer.joint[game], entry.concept))
      for game in games
    ]
  words = collections.Counter(word for word in answer.words if word)
  return Measured(
    per_call,
    len(answer.words),
    times,
    np.array(distances),
    np.array(gaps),
    words,
  )


_gap = jax.jit(gap_sum, static_argnums=2)
