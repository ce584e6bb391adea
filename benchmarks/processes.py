# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Work in a process of its own, that can be ended when it takes too much."""

import multiprocessing
import os
import pathlib
import time
from collections.abc import Callable
from typing import Any

LOOK_EVERY = 0.1  # seconds


class WorkerError(RuntimeError):
  """The work failed, or was ended; says why in a few words."""


class Worker:
  """A process that makes a function once, and calls it when asked."""

  def __init__(self, make: Callable[..., Callable[..., Any]], *arguments: Any):
    """Starts it; it sends None as soon as the function is made.

    Args:
      make: returns the function, in the process.
      *arguments: of `make`.
    """
    context = multiprocessing.get_context("spawn")
    self._connection, theirs = context.Pipe()
    self.process = context.Process(
      target=_serve, args=(theirs, make, arguments), daemon=True
    )
    self.process.start()
    theirs.close()

  def send(self, *arguments: Any) -> None:
    """Lets the process call its function; does not wait."""
    self._connection.send(arguments)

  def receive(
    self, seconds: float = float("inf"), gigabytes: float = float("inf")
  ) -> Any:
    """Returns what the function did.

    Args:
      seconds: from now, after which the process is killed.
      gigabytes: of memory, above which it is.

    Raises:
      WorkerError: the function raised, or the process ended or was killed. The
        worker is of no more use but after the first.
    """
    deadline = time.monotonic() + seconds
    while not self._connection.poll(LOOK_EVERY):
      if time.monotonic() > deadline:
        self.kill()
        raise WorkerError(f"not done after {seconds:.0f} s")
      if resident_gigabytes(self.process.pid) > gigabytes:
        self.kill()
        raise WorkerError(f"needs more than {gigabytes:g} GB")
    try:
      failure, value = self._connection.recv()
    except EOFError as error:
      self.process.join()
      code = self.process.exitcode
      raise WorkerError(f"its process ended with status {code}") from error
    if failure is not None:
      raise WorkerError(failure)
    return value

  def kill(self) -> None:
    """Ends the process at once."""
    self.process.kill()
    self.process.join()

  def close(self) -> None:
    """Ends the process after what it is doing."""
    if self.process.is_alive():
      self._connection.send(None)
    self.process.join()


def resident_gigabytes(process: int | None) -> float:
  """Returns what a process holds in memory; 0 where Linux does not say."""
  try:
    pages = pathlib.Path(f"/proc/{process}/statm").read_text().split()[1]
  except (OSError, IndexError):
    return 0.0
  return int(pages) * os.sysconf("SC_PAGE_SIZE") / 1e9


def _serve(
  connection: Any, make: Callable[..., Callable[..., Any]], made_of: Any
) -> None:
  """What the process does."""
  function = make(*made_of)
  connection.send((None, None))
  while (arguments := connection.recv()) is not None:
    try:
      answer = (None, function(*arguments))
    except Exception as error:
      lines = str(error).splitlines() or [""]
      answer = (f"{type(error).__name__}: {lines[0][:120]}", None)
    connection.send(answer)
