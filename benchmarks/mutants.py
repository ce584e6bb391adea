# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
r"""How many small mistakes in the code the tests notice, by Cosmic Ray.

  python -m benchmarks.mutants --part=learner --mutants=40 --seed=0 \
    --output_dir=out/mutants

Each mutant is a copy of the package with one operator, number or condition
changed; mutants are drawn by --seed from all there are. One that passes the
part's tests has survived, and is printed as a diff. The working tree is left
alone. With --output_dir results are kept, and a run goes on where it stopped.
Remove them when code or tests have changed.
Needs Cosmic Ray: pip install -e '.[dev,mutation]'.
"""

import contextlib
import pathlib
import random
import re
import shlex
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from typing import Any, NamedTuple

from absl import app, flags
from cosmic_ray import commands, mutating, testing, work_db, work_item
from tqdm import tqdm

from benchmarks import report
from nes_spiel.examples import command_line


class Part(NamedTuple):
  """Modules of the package and the tests that should notice, as globs."""

  modules: tuple[str, ...]
  tests: tuple[str, ...]


PARTS = {
  "equilibria": Part(("equilibria/*.py",), ("equilibria/*_test.py",)),
  "layers": Part(
    (
      "nes/body.py",
      "nes/inputs.py",
      "nes/*layers.py",
      "nes/*maps.py",
      "nes/map_sets.py",
      "nes/network.py",
      "nes/pooling.py",
      "nes/transformer.py",
    ),
    (
      "nes/completeness_test.py",
      "nes/equivariance_test.py",
      "nes/layers_test.py",
      "nes/network_test.py",
      "nes/pooling_test.py",
      "nes/transformer_test.py",
    ),
  ),
  "learner": Part(
    (
      "d3c/learner.py",
      "d3c/local_change.py",
      "d3c/mixings.py",
      "d3c/modes.py",
      "d3c/training.py",
    ),
    (
      "d3c/games_test.py",
      "d3c/learner_test.py",
      "d3c/learning_runs_test.py",
      "d3c/local_change_test.py",
    ),
  ),
}
# "|" mostly stands between types, and bits of floats cannot be shifted.
EXCLUDED = re.compile(r".*BinaryOperator_(BitOr_|.*Shift$|[^B].*_Bit)")
NOTICED = work_item.TestOutcome.KILLED  # by a test that fails, or no end
COPIED = ("nes_spiel", "tests", "docs", "benchmarks", "pyproject.toml")

_PARTS = flags.DEFINE_multi_enum("part", list(PARTS), list(PARTS), "Of these.")
_MUTANTS = flags.DEFINE_integer("mutants", 40, "Drawn of each part.", 1)
_SEED = flags.DEFINE_integer("seed", 0, "Of the draw.")


def command(part: Part, module: pathlib.Path) -> str:
  """Returns a command for a part's tests, those named as the module first."""
  paths = [p for glob in part.tests for p in pathlib.Path("tests").glob(glob)]
  paths.sort(key=lambda path: (module.stem not in path.stem, path))
  options = ["-x", "-m", "not reference", *map(str, paths)]
  return shlex.join([sys.executable, "-m", "pytest", *options])


def draw(part: Part, session: work_db.WorkDB) -> list[work_item.WorkItem]:
  """Lists all mutants in an empty session; returns those that --seed draws."""
  package = pathlib.Path("nes_spiel")
  if not session.num_work_items:
    paths = [p for glob in part.modules for p in package.glob(glob)]
    commands.init(sorted(paths), session, {})
  known = [
    item
    for item in session.work_items
    if not EXCLUDED.match(item.mutations[0].operator_name)
  ]
  known.sort(key=lambda item: _place(item.mutations[0]))
  return random.Random(_SEED.value).sample(
    known, min(_MUTANTS.value, len(known))
  )


def _place(mutation: work_item.MutationSpec) -> tuple[Any, ...]:
  name = mutation.operator_name
  return (
    str(mutation.module_path),
    mutation.start_pos,
    name,
    mutation.occurrence,
  )


def seconds_unchanged(part: Part) -> float:
  """Runs the tests of unchanged code; raises RuntimeError if one fails."""
  before = time.perf_counter()
  outcome, output = testing.run_tests(command(part, pathlib.Path()), 1200.0)
  if outcome != work_item.TestOutcome.SURVIVED:
    raise RuntimeError(f"expected tests that pass, got:\n{output[-2000:]}")
  return time.perf_counter() - before


def results(name: str, session: work_db.WorkDB) -> list[work_item.WorkResult]:
  """Returns what became of each drawn mutant, from the session if it knows."""
  part = PARTS[name]
  drawn, limit = draw(part, session), 3.0 * seconds_unchanged(part)
  done = dict(session.results)
  for item in tqdm(drawn, desc=name):
    if item.job_id not in done:
      module = item.mutations[0].module_path
      tests = command(part, module)
      found = mutating.mutate_and_test(item.mutations, tests, limit)
      done[item.job_id] = found
      session.set_result(item.job_id, found)
  return [done[item.job_id] for item in drawn]


@contextlib.contextmanager
def copied_package() -> Iterator[None]:
  """Works in a copy of what tests need, so that the tree is left alone."""
  with tempfile.TemporaryDirectory() as copy:
    for name in COPIED:
      source = pathlib.Path(name)
      copied = shutil.copytree if source.is_dir() else shutil.copy
      copied(source, pathlib.Path(copy, name))
    with contextlib.chdir(copy):
      yield


@contextlib.contextmanager
def session_folder() -> Iterator[pathlib.Path]:
  """Gives --output_dir, or a folder that goes with the program."""
  if flags.FLAGS.output_dir:
    yield pathlib.Path(flags.FLAGS.output_dir).resolve()
    return
  with tempfile.TemporaryDirectory() as folder:
    yield pathlib.Path(folder)


def run_all() -> None:
  """Measures and prints."""
  report.show_setting(seed=_SEED.value, mutants=_MUTANTS.value)
  rows, others = [], []
  with session_folder() as kept, copied_package():
    for name in _PARTS.value:
      session = kept / f"{name}_{_SEED.value}.sqlite"
      with work_db.use_db(str(session)) as opened:
        found = results(name, opened)
      alive = [x for x in found if x.test_outcome != NOTICED]
      rows.append((name, len(found), len(found) - len(alive), len(alive)))
      others += [f"{x.test_outcome}: {x.diff or x.output}" for x in alive]
  columns = ("part", "drawn", "noticed", "not noticed")
  report.show("mutants", "Mutants", columns, rows)
  print("\n\n".join(["", *others]))


def main(argv: list[str]) -> None:
  """Runs; a user's mistake ends it with one line."""
  with command_line.program(argv):
    run_all()


if __name__ == "__main__":
  app.run(main)
