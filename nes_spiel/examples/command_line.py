# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""What the binaries share: flags of a run, quiet logs, readable errors."""

import contextlib
import pathlib
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from absl import app, flags, logging

from nes_spiel import runs

FLAGS = flags.FLAGS


def define_run_flags() -> None:
  """Defines what a binary with a long run takes beside its own flags."""
  flags.DEFINE_string(
    "output_dir", None, "Folder for checkpoints and the picture."
  )
  flags.DEFINE_bool(
    "resume", False, "Continue the run in --output_dir, with its flags."
  )
  flags.DEFINE_bool(
    "evaluate", False, "Measure and play the newest joint in --output_dir."
  )
  flags.DEFINE_integer(
    "episodes", 1000, "Episodes that --evaluate plays.", lower_bound=1
  )
  flags.DEFINE_bool("plot", True, "Save a picture with the checkpoints.")


def given(names: Iterable[str]) -> dict[str, Any]:
  """Returns the values of those of some flags that are not None."""
  values = {name: FLAGS[name].value for name in names}
  return {name: value for name, value in values.items() if value is not None}


def check_owned(flag: str, owners: Mapping[str, Sequence[str]]) -> None:
  """Refuses flags that count for other values of a flag only.

  Args:
    flag: such as "task".
    owners: by the name of a flag, the values of `flag` for which it counts.

  Raises:
    ValueError: a flag was given that does not count.
  """
  chosen = FLAGS[flag].value
  for name, values in owners.items():
    if FLAGS[name].present and chosen not in values:
      raise ValueError(
        f"--{name}: is of --{flag}={', '.join(values)}; got {chosen}."
      )


def run_identity(names: Sequence[str]) -> dict[str, Any]:
  """Returns the flags that make a checkpoint belong to a run."""
  return {name: FLAGS[name].value for name in names}


def open_run(names: Sequence[str]) -> None:
  """Checks --output_dir, and takes a run's flags from it to continue that run.

  Args:
    names: the flags that make a run.

  Raises:
    ValueError: --resume or --evaluate without a run in --output_dir, or with
      flags that contradict it; or a new run where one is already.
  """
  if FLAGS.resume or FLAGS.evaluate:
    if not FLAGS.output_dir:
      raise ValueError("--resume and --evaluate need --output_dir.")
    adopt_run_flags(FLAGS.output_dir, names)
  elif FLAGS.output_dir:
    runs.check_empty(FLAGS.output_dir)


def adopt_run_flags(folder: str, names: Sequence[str]) -> None:
  """Takes the flags that were not given from a folder's newest checkpoint.

  Args:
    folder: of the checkpoints.
    names: the flags that make a run.

  Raises:
    ValueError: no checkpoint there, or a flag was given that contradicts it.
  """
  _, values = runs.load_checkpoint(folder)
  missing = sorted(set(names) - set(values))
  if missing:
    raise ValueError(
      f"{folder}: the checkpoint there is of another kind of run, without "
      f"{', '.join('--' + name for name in missing)}."
    )
  for name in names:
    if not FLAGS[name].present:
      FLAGS[name].value = values[name]
  runs.check_same_run(values, run_identity(names))


def quiet_logs() -> None:
  """Logs warnings only, unless --verbosity was given."""
  if not FLAGS["verbosity"].present:
    logging.set_verbosity(logging.WARNING)


@contextlib.contextmanager
def program(argv: Sequence[str]) -> Iterator[None]:
  """What every binary's main does around its work.

  Refuses arguments that are no flags, quiets logs, and ends with one line at a
  user's mistake. --output_dir of a new run exists before the work begins.
  """
  if len(argv) > 1:
    raise app.UsageError(f"unexpected arguments: {argv[1:]}")
  quiet_logs()
  with readable_errors():
    if _value("output_dir") and not (_value("resume") or _value("evaluate")):
      pathlib.Path(FLAGS.output_dir).mkdir(parents=True, exist_ok=True)
    yield


@contextlib.contextmanager
def readable_errors() -> Iterator[None]:
  """Turns what a user can mend into one line and exit status 2.

  A wrong value, a file or folder that cannot be had, an optional package that
  is not installed: those are imported where they are needed. A solver or a
  training that failed is one line too, with exit status 1.
  """
  try:
    yield
  except KeyboardInterrupt:
    kept = "resume" in FLAGS and _value("output_dir")
    saved = kept and not _value("evaluate")
    hint = "; --resume goes on" if saved else ""
    print(f"stopped{hint}", file=sys.stderr)
    raise SystemExit(130) from None
  except (ValueError, OSError, ImportError) as error:
    print(f"error: {error}", file=sys.stderr)
    raise SystemExit(2) from error
  except RuntimeError as error:
    if not _is_failure(error):
      raise
    print(f"error: {error}", file=sys.stderr)
    raise SystemExit(1) from error


def _is_failure(error: RuntimeError) -> bool:
  """Returns whether a solver or a training of ours failed."""
  # Only now: a command that needs no network starts without loading them.
  from nes_spiel import nes, solvers
  from nes_spiel.equilibria import polytope

  return isinstance(
    error,
    polytope.LinearProgramError
    | nes.TrainingDivergedError
    | solvers.SolverError,
  )


def not_reached(message: str) -> int:
  """Prints what was not reached and what to try; returns exit status 1."""
  print(f"not reached: {message}", file=sys.stderr)
  return 1


def _value(name: str) -> Any:
  """Returns a flag's value, None if the binary has no such flag."""
  return FLAGS[name].value if name in FLAGS else None
