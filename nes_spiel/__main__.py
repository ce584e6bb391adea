# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""The command line: lists the examples, and runs one.

  nes-spiel
  nes-spiel solve_game --game=chicken
  python -m nes_spiel solve_game --help

Flags are the example's own.
"""

import ast
import contextlib
import difflib
import pathlib
import runpy
import sys
from collections.abc import Iterator, Sequence

import nes_spiel

EXAMPLES = pathlib.Path(__file__).parent / "examples"
HELP = {"-?", "-h", "-help", "--help", "--helpshort", "--helpfull"}
RUNS = 'if __name__ == "__main__":'


def main(arguments: Sequence[str] | None = None) -> None:
  """Lists what there is, or runs an example with its own flags.

  Args:
    arguments: a name and its flags; those of the process if None.

  Raises:
    SystemExit: status 2 for a name that is none, else what the example ends
      with.
  """
  given = sys.argv[1:] if arguments is None else arguments
  name, *others = given or ["help"]
  if name == "help" or name in HELP:
    print(usage())
  elif name == "--version":
    print(nes_spiel.__version__)
  elif name in examples():
    wants_help = not HELP.isdisjoint(others)
    sys.argv = [f"nes-spiel {name}", *(["--help"] if wants_help else others)]
    with _help_succeeds() if wants_help else contextlib.nullcontext():
      runpy.run_module(
        f"nes_spiel.examples.{name}", run_name="__main__", alter_sys=True
      )
  else:
    print(_refusal(name), file=sys.stderr)
    raise SystemExit(2)


@contextlib.contextmanager
def _help_succeeds() -> Iterator[None]:
  """Ends with 0, where absl ends with 1 after its help."""
  try:
    yield
  except SystemExit:
    raise SystemExit(0) from None


def examples() -> dict[str, str]:
  """Returns what each example does, by name; imports none of them."""
  sources = {
    path.stem: path.read_text("utf-8") for path in sorted(EXAMPLES.glob("*.py"))
  }
  return {
    name: (ast.get_docstring(ast.parse(source)) or "\n").splitlines()[0]
    for name, source in sources.items()
    if RUNS in source
  }


def usage() -> str:
  """Returns the list of examples, as `nes-spiel` prints it."""
  found = examples()
  width = max(map(len, found))
  lines = [f"  {name.ljust(width)}  {what}" for name, what in found.items()]
  return "\n".join(
    [
      "usage: nes-spiel EXAMPLE [FLAGS], or --version",
      "",
      *lines,
      "",
      "nes-spiel EXAMPLE --help tells its flags.",
    ]
  )


def _refusal(name: str) -> str:
  """Returns a line about a name that is none."""
  near = difflib.get_close_matches(name, examples(), n=1)
  hint = f"did you mean {near[0]}?" if near else "nes-spiel lists them."
  return f"error: there is no example {name!r}; {hint}"


if __name__ == "__main__":
  main()
