# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Who may import whom, read from the source.

A floor imports only floors below it, rooms of one floor do not import each
other, and heavy packages enter at named doors.
"""

import ast
import pathlib

import pytest

import nes_spiel

ROOT = pathlib.Path(nes_spiel.__file__).parent
FLOORS = {
  "runs": 0,
  "games": 1,
  "equilibria": 2,
  "nes": 3,
  "solvers": 4,
  "meta_solvers": 5,
  "pub_amg": 5,
  "d3c": 5,
  "relationship_games": 5,
  "mechanism_design": 5,
  "examples": 6,
}
FACE = ("__init__.py", "__main__.py")
# Where a package may be imported: folders end in "/", files are given with
# their folder or, when any folder will do, by name alone.
DOORS = {
  "pyspiel": [
    "games/openspiel.py",
    "meta_solvers/",
    "pub_amg/",
    "d3c/openspiel.py",
    "examples/",
  ],
  "cvxpy": ["equilibria/cvxpy_reference.py"],
  "matplotlib": ["plots.py", "examples/"],
  "haiku": ["network.py", "layers.py"],
}
DOORS["open_spiel"] = DOORS["pyspiel"]


def imported_modules(source, package):
  """Yields the absolute name of every module that a source imports.

  Args:
    source: the text; imports inside functions count.
    package: the dotted package that the file is in, for relative imports.
  """
  for node in ast.walk(ast.parse(source)):
    if isinstance(node, ast.Import):
      yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
      base = node.module or ""
      if node.level:
        parts = package.split(".")
        parts = parts[: len(parts) - node.level + 1]
        base = ".".join([*parts, *([node.module] if node.module else [])])
      # `from nes_spiel import games` imports a package, not a function.
      yield from (f"{base}.{alias.name}" for alias in node.names)


def may_enter(path, doors):
  """Whether the file at `path` (in the package) is one of the doors."""
  return any(
    path.startswith(door)
    if door.endswith("/")
    else path == door or ("/" not in door and path.endswith(f"/{door}"))
    for door in doors
  )


def violations(path, source):
  """Returns what a file imports against the rules.

  Args:
    path: relative to `nes_spiel/`, with forward slashes.
    source: the text.
  """
  parts = path.split("/")
  package = ".".join(["nes_spiel", *parts[:-1]])
  found = []
  for module in imported_modules(source, package):
    top, *rest = module.split(".")
    if top in DOORS and not may_enter(path, DOORS[top]):
      found.append(f"{path} imports {top}")
    if top != "nes_spiel" or parts[0] in FACE or parts[0] == "examples":
      continue
    room = rest[0] if rest else ""
    if room not in FLOORS:
      found.append(f"{path} imports the face, {module}")
    elif room != parts[0] and FLOORS[room] >= FLOORS[parts[0]]:
      found.append(f"{path} imports {room}, which is not below it")
  return found


SOURCES = {
  path.relative_to(ROOT).as_posix(): path.read_text()
  for path in sorted(ROOT.rglob("*.py"))
}


@pytest.mark.parametrize("path", SOURCES)
def test_imports_keep_to_the_rules(path):
  assert violations(path, SOURCES[path]) == []


def test_the_root_holds_the_face_only():
  files = {path.name for path in ROOT.iterdir() if path.is_file()}
  assert files <= {*FACE, "py.typed"}
  folders = {
    path.name
    for path in ROOT.iterdir()
    if path.is_dir() and any(path.rglob("*.py"))
  }
  assert folders <= {*FLOORS}
  assert {"games", "equilibria", "solvers"} <= folders


@pytest.mark.parametrize(
  ("path", "source"),
  [
    ("games/masks.py", "from nes_spiel.equilibria import gaps"),
    ("games/masks.py", "from nes_spiel import solvers"),
    ("games/masks.py", "from ..solvers import front"),
    ("games/masks.py", "import nes_spiel"),
    ("games/masks.py", "from nes_spiel import solve"),
    ("games/masks.py", "def f():\n  import nes_spiel.equilibria.gaps"),
    ("equilibria/a/b.py", "from ...solvers import front"),
    ("d3c/train.py", "from nes_spiel.pub_amg import solve"),
    ("games/masks.py", "import pyspiel"),
    ("equilibria/gaps.py", "from open_spiel.python import policy"),
    ("d3c/train.py", "import pyspiel"),
    ("solvers/cvxpy_method.py", "import cvxpy as cp"),
    ("games/openspiel_plots.py", "import matplotlib.pyplot as plt"),
    ("nes/train.py", "import haiku as hk"),
    ("__init__.py", "import cvxpy"),
  ],
)
def test_a_breach_is_seen(path, source):
  assert violations(path, source)


@pytest.mark.parametrize(
  ("path", "source"),
  [
    ("equilibria/gaps.py", "from nes_spiel.games import masks"),
    ("equilibria/gaps.py", "from nes_spiel.equilibria import gains"),
    ("equilibria/gaps.py", "from . import gains"),
    ("equilibria/gaps.py", "from ..games import masks"),
    ("games/openspiel.py", "import pyspiel"),
    ("meta_solvers/registry.py", "from open_spiel.python import x"),
    ("d3c/openspiel.py", "import pyspiel"),
    ("nes/network.py", "import haiku as hk"),
    ("d3c/plots.py", "from matplotlib import pyplot"),
    ("examples/jpsro.py", "import nes_spiel, pyspiel, matplotlib"),
    ("__init__.py", "from nes_spiel import solvers"),
    ("games/masks.py", '"""import cvxpy"""'),
  ],
)
def test_what_is_allowed_is_not_a_breach(path, source):
  assert violations(path, source) == []
