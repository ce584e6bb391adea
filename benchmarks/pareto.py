# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
r"""Accuracy against time: networks, Newton steps, exact solver, and others.

  python -m benchmarks.pareto --minutes=10 --output_dir=out/benchmarks
  python -m benchmarks.pareto --concepts=ce --shapes=32x32 \
    --methods=exact,Clarabel,ECOS,SCS

Maximum entropy on L2-invariant games, float64. Accuracy is the total variation
(TV) to the exact solution, asked for 1e-12 and at a residual of at most 1e-9,
and the (C)CE gap, over at most 64 games. `nes+k` is k Newton steps from the
network's answer. Ours are whole calls of `solve_batch`, gaps and certificate
included; of the others the call that solves, on a problem that is already
standardised and stated: of CVXPY `Problem.solve`, which fills in parameters, or
where a game's problem is built for it alone canonicalises it. Clarabel and ECOS
run at their defaults, L-BFGS-B and SCS also at tolerances of 1e-9; CVXPY's
problem is compiled once where that fits in memory and is the faster way, else
built for each game. SCS starts cold, and is stopped after half of --seconds
with what it has. OpenSpiel's selection is another one, so that it has a gap but
no TV.

The least, median and most are of the repeats; a repeat is one batch, or a
number of games one per call. Compilation is not counted. What takes one game
per call takes a batch of them one after the other.

All of this runs in a process beside, which is ended where an entry takes too
long or too much memory; its line then says so. --minutes is shared equally by
concepts and shapes, small games first, and there goes to methods in their
order. Compilation takes most of a first run; JAX_COMPILATION_CACHE_DIR keeps
what was compiled for a second. The last table has CVXPY's solvers where they
solved all they were given: their time over that of the exact solver, one per
call and a batch at once.
"""

import importlib.metadata
import pathlib
import time
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from absl import app, flags, logging

from benchmarks import pareto_measure, pareto_picture, peers, report
from benchmarks.processes import Worker, WorkerError
from nes_spiel.examples import command_line
from nes_spiel.examples.shapes import parse_shape, shape_name

_CONCEPTS = flags.DEFINE_list("concepts", ["cce", "ce"], "Of cce and ce.")
_SHAPES = flags.DEFINE_list(
  "shapes", ["4x4", "8x8", "16x16", "32x32", "64x64"], "Strategies per player."
)
_METHODS = flags.DEFINE_list("methods", list(peers.PEERS), "What is measured.")
_BATCH = flags.DEFINE_integer("batch", 4096, "Games per call.", lower_bound=2)
_SECONDS = flags.DEFINE_float(
  "seconds", 20, "That measuring an entry may take, compilation not counted."
)
_COMPILE = flags.DEFINE_float(
  "compile_seconds", 90, "That are allowed an entry on top, to compile."
)
_MINUTES = flags.DEFINE_float("minutes", 60, "All may take.")
_GIGABYTES = flags.DEFINE_float("gigabytes", 8, "An entry may hold.")
_REPEATS = flags.DEFINE_integer("repeats", 5, "Of an entry.", lower_bound=1)
_SEED = flags.DEFINE_integer("seed", 0, "Of the games.")

# A call ends when it does: what takes so many times its time is ended.
PATIENCE = 3
START = 10  # seconds, to start a process, or to state a problem
COLUMNS = (
  "concept",
  "shape",
  "method",
  "per call",
  "games",
  *report.spread_names("us/game"),
  "TV mean",
  "TV max",
  "gap mean",
  "not solved",
  "note",
)
RATIO_COLUMNS = (
  "concept",
  "shape",
  "CVXPY with",
  "TV mean",
  *report.spread_names("one per call"),
  *report.spread_names("over a batch"),
)


class Line(NamedTuple):
  """An entry, and what was found, or why nothing was."""

  entry: pareto_measure.Entry
  measured: pareto_measure.Measured | None
  note: str


class Bench:
  """Runs entries within the time and the memory there are."""

  def __init__(self, cells: int):
    self._cells, self._end = cells, time.monotonic() + 60 * _MINUTES.value
    self._worker: Worker | None = None

  def begin(self, entries: int) -> None:
    """Starts one of the cells, with a share of the time that is left."""
    now = time.monotonic()
    self._left = entries
    self._cell_end = now + max(self._end - now, 0) / self._cells
    self._cells -= 1

  def run(self, entry: pareto_measure.Entry, reference: Any = None) -> Any:
    """Returns what the worker does.

    Raises:
      WorkerError: it fails, or there is no time.
    """
    remaining = self._cell_end - time.monotonic()
    seconds = min(_SECONDS.value, remaining / self._left)
    self._left -= 1
    if remaining < 1:
      raise WorkerError("no time left")
    compiles = entry.method in peers.BATCHED
    extra = _COMPILE.value if compiles else START
    # Half of what a cell has left is for what comes after.
    most = remaining / 2 if self._left else remaining
    limit = min(most, PATIENCE * seconds + extra)
    if self._worker is None:
      self._worker = Worker(pareto_measure.make)
      self._worker.receive()
    self._worker.send(entry._replace(seconds=seconds), reference)
    try:
      return self._worker.receive(limit, _GIGABYTES.value)
    except WorkerError:
      self.renew()
      raise

  def renew(self) -> None:
    """Ends the worker; the next entry has a new one, with all of the memory."""
    if self._worker is not None:
      self._worker.close()
    self._worker = None


def cells() -> list[tuple[Any, tuple[int, ...]]]:
  """Returns concepts and shapes, the small ones first."""
  found = [parse_shape(name, "--shapes") for name in _SHAPES.value]
  found.sort(key=np.prod)
  return [(concept, shape) for shape in found for concept in _CONCEPTS.value]


def run_cell(
  bench: Bench, concept: Any, shape: tuple[int, ...]
) -> Iterator[Line]:
  """Yields the lines of one concept and shape."""
  batched = sum(name in peers.BATCHED for name in _METHODS.value)
  bench.begin(1 + len(_METHODS.value) + batched)
  first = pareto_measure.Entry(
    concept, shape, "exact", 1, 0.0, _REPEATS.value, _SEED.value
  )
  try:
    reference = bench.run(first)
  except WorkerError as error:
    yield Line(first, None, f"no reference: {error}")
    bench.renew()
    return
  for method in _METHODS.value:
    one = run_entry(bench, first._replace(method=method), reference)
    yield one
    if method in peers.BATCHED and one.measured is not None:
      many = one.entry._replace(
        batch=_BATCH.value, single=float(np.median(one.measured.seconds))
      )
      yield run_entry(bench, many, reference)
  bench.renew()


def run_entry(
  bench: Bench, entry: pareto_measure.Entry, reference: Any
) -> Line:
  """Returns the line of an entry, also if it fails."""
  logging.info("%s", entry)
  try:
    measured = bench.run(entry, reference)
  except WorkerError as error:
    return Line(entry, None, str(error))
  words = [f"{count} {word}" for word, count in measured.words.items()]
  return Line(entry, measured, ", ".join(words))


def label(entry: pareto_measure.Entry) -> tuple[str, str]:
  """Returns concept and shape as printed."""
  return entry.concept, shape_name(entry.shape)


def row(line: Line) -> tuple[Any, ...]:
  """Returns a line as the table has it."""
  entry, found = line.entry, line.measured
  if found is None:
    none = (None,) * (len(COLUMNS) - 5)
    return (*label(entry), entry.method, entry.batch, *none, line.note)
  return (
    *label(entry),
    entry.method,
    found.per_call,
    found.games,
    *report.spread([1e6 * seconds for seconds in found.seconds]),
    _or_none(found.tv, np.mean),
    _or_none(found.tv, np.max),
    _or_none(found.gap, np.mean),
    sum(found.words.values()),
    line.note,
  )


def _or_none(values: Any, reduce: Any) -> float | None:
  """Returns the mean or the maximum of what may be nothing."""
  return float(reduce(values)) if len(values) else None


def ratios(lines: list[Line]) -> list[tuple[Any, ...]]:
  """Returns CVXPY's solvers that solved all games, over the exact solver."""
  done = [line for line in lines if line.measured is not None]
  exact = {
    (*label(line.entry), line.entry.batch > 1): line.measured.seconds
    for line in done
    if line.entry.method == "exact"
  }
  return [
    _ratio_row(
      line, [exact.get((*label(line.entry), x)) for x in (False, True)]
    )
    for line in done
    if line.entry.method in peers.CVXPY and not line.measured.words
  ]


def _ratio_row(line: Line, ours: list[list[float] | None]) -> tuple[Any, ...]:
  """Returns a row of ratios: least over most, medians, most over least."""
  theirs, numbers = report.spread(line.measured.seconds), []
  for times in ours:
    ends = reversed(report.spread(times)) if times else (None,) * 3
    numbers += [x / y if y else None for x, y in zip(theirs, ends, strict=True)]
  tv = _or_none(line.measured.tv, np.mean)
  return (*label(line.entry), line.entry.method, tv, *numbers)


def points(lines: list[Line]) -> list[pareto_picture.Point]:
  """Returns what is drawn: lines with a distance."""
  return [
    pareto_picture.Point(
      " ".join(label(entry)),
      entry.method,
      entry.batch > 1,
      1e6 * float(np.median(found.seconds)),
      float(found.tv.mean()),
    )
    for entry, found, _ in lines
    if found is not None and len(found.tv)
  ]


def check_flags() -> None:
  """Raises ValueError for a method or a concept that is not known."""
  unknown = set(_METHODS.value) - set(peers.PEERS)
  if unknown:
    raise ValueError(
      f"--methods: expected some of {', '.join(peers.PEERS)}; got "
      f"{', '.join(sorted(unknown))}."
    )
  if not set(_CONCEPTS.value) <= {"ce", "cce"}:
    raise ValueError(f"--concepts: of ce and cce; got {_CONCEPTS.value}.")


def solver_versions() -> str:
  """Returns the versions of the solvers that only this benchmark needs."""
  names = ("ecos", "osqp", "scs")
  return ", ".join(f"{x} {importlib.metadata.version(x)}" for x in names)


def run_all() -> None:
  """Measures and prints."""
  check_flags()
  report.show_setting(
    solvers=solver_versions(),
    games="L2-invariant, maximum entropy, float64",
    seed=_SEED.value,
    limits=f"an entry {_SECONDS.value:g} s, compilation aside, and "
    f"{_GIGABYTES.value:g} GB; {_MINUTES.value:g} minutes in all",
  )
  bench = Bench(len(cells()))
  lines = [line for cell in cells() for line in run_cell(bench, *cell)]
  report.show(
    "pareto", "Accuracy and time", COLUMNS, [row(line) for line in lines]
  )
  best = ratios(lines)
  if best:
    report.show("pareto_cvxpy", "CVXPY over exact", RATIO_COLUMNS, best)
  drawn = points(lines)
  if flags.FLAGS.output_dir and drawn:
    picture = pathlib.Path(flags.FLAGS.output_dir) / "pareto.png"
    pareto_picture.save(picture, drawn)


def main(argv: list[str]) -> None:
  """Runs; a user's mistake ends it with one line."""
  with command_line.program(argv):
    run_all()


if __name__ == "__main__":
  app.run(main)
