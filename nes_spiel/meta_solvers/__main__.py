# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
r"""Runs an OpenSpiel module that then knows our meta-solvers.

  python -m nes_spiel.meta_solvers open_spiel.python.examples.jpsro \
    --train_meta_solver=mecce --eval_meta_solver=uni

OpenSpiel's examples bind the list of names when they are imported, so ours have
to be registered before.
"""

import importlib.util
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
  if not _exists(arguments[0]):
    raise SystemExit(f"{arguments[0]}: there is no module of this name.")
  try:
    runpy.run_module(arguments[0], run_name="__main__", alter_sys=True)
  except Exception as error:
    missing = [name for name in EXTRAS if _is_missing(error, name)]
    if not missing:
      raise
    raise SystemExit(
      f"{error}\nOpenSpiel needs {missing[0]} for this and does not install "
      f"it: pip install 'nes_spiel[{EXTRAS[missing[0]]}]'"
    ) from error


def _exists(module: str) -> bool:
  """Returns whether there is a module of this name."""
  try:
    return importlib.util.find_spec(module) is not None
  except ModuleNotFoundError as error:
    if module.startswith(f"{error.name}."):
      return False
    raise


def _is_missing(error: Exception, package: str) -> bool:
  """Returns whether an error says that a package is not installed."""
  if isinstance(error, ModuleNotFoundError):
    return (error.name or "").split(".")[0] == package
  # CVXPY: "The solver ECOS is not installed."
  words = str(error).lower()
  return package in words and "not installed" in words


if __name__ == "__main__":
  main(sys.argv[1:])
