# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
r"""Runs an OpenSpiel module that then knows our meta-solvers.

  python -m nes_spiel.meta_solvers open_spiel.python.examples.jpsro \
    --train_meta_solver=mecce --eval_meta_solver=uni

OpenSpiel's examples bind the list of names when they are imported, so ours have
to be registered before.
"""

import runpy
import sys

from nes_spiel.meta_solvers import registry

# What OpenSpiel's own solvers and oracles import but do not install, and the
# extra that brings it.
EXTRAS = {
  "chex": "rl",
  "ecos": "compare",
  "etils": "rl",
  "flax": "rl",
  "nashpy": "compare",
  "rlax": "rl",
}


def main(arguments: list[str]) -> None:
  """Registers, then runs `arguments[0]` as a program with the others.

  Args:
    arguments: a module's name and its command line.

  Raises:
    SystemExit: no module is named, or one of OpenSpiel's solvers needs a
      package that is missing; with the pip line.
  """
  if not arguments or arguments[0].startswith("-"):
    raise SystemExit("usage: python -m nes_spiel.meta_solvers MODULE [ARGS]")
  registry.register()
  sys.argv = list(arguments)
  try:
    runpy.run_module(arguments[0], run_name="__main__", alter_sys=True)
  except Exception as error:
    missing = [name for name in EXTRAS if _names(error, name)]
    if not missing:
      raise
    raise SystemExit(
      f"{error}\nOpenSpiel needs {missing[0]} for this and does not install "
      f"it: pip install 'nes_spiel[{EXTRAS[missing[0]]}]'"
    ) from error


def _names(error: Exception, package: str) -> bool:
  """Returns whether an error is about a package that is not installed."""
  absent = isinstance(error, ImportError) or "installed" in str(error)
  return absent and package in str(error).lower()


if __name__ == "__main__":
  main(sys.argv[1:])
