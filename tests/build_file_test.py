# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""BUILD describes the tree as it is.

Bazel's syntax is a subset of Python's: the file is evaluated with functions
that note the targets it declares.
"""

import ast
import collections
import dataclasses
import pathlib

import pytest

ROOT = pathlib.Path(__file__).parents[1]
BUILD = ROOT / "BUILD"
PACKAGE = "nes_spiel"
# Statements that Bazel refuses in a BUILD file, though Python does not.
REFUSED = (
  ast.FunctionDef,
  ast.ClassDef,
  ast.Import,
  ast.ImportFrom,
  ast.For,
  ast.While,
  ast.If,
  ast.Lambda,
  ast.JoinedStr,
)


@dataclasses.dataclass(frozen=True)
class Target:
  """One rule of BUILD."""

  rule: str
  name: str
  srcs: tuple[str, ...] = ()
  deps: tuple[str, ...] = ()
  outs: tuple[str, ...] = ()
  data: tuple[str, ...] = ()
  main: str | None = None

  def dependencies(self):
    return {label.removeprefix(":") for label in self.deps}


def glob(include, exclude=(), allow_empty=False):
  """Returns the files that Bazel's glob would."""

  def matching(patterns):
    return {
      path.relative_to(ROOT).as_posix()
      for pattern in patterns
      for path in ROOT.glob(pattern)
      if path.is_file()
    }

  found = matching(include) - matching(exclude)
  assert allow_empty or found, f"BUILD: glob({include}) matches nothing"
  return sorted(found)


def evaluate():
  """Returns BUILD's targets, and what it loads by file."""
  targets, loaded = [], {}

  def rule(kind):
    def declare(name, **options):
      known = {field.name for field in dataclasses.fields(Target)}
      given = {
        key: tuple(value) if isinstance(value, list) else value
        for key, value in options.items()
        if key in known
      }
      targets.append(Target(kind, name, **given))

    return declare

  rules = ("py_library", "py_binary", "py_test", "genrule", "filegroup")
  names = {kind: rule(kind) for kind in rules} | {
    "load": lambda file, *symbols: loaded.update({file: symbols}),
    "package": lambda **options: None,
    "licenses": lambda kinds: None,
    "exports_files": lambda files: None,
    "glob": glob,
    "len": len,
    "__builtins__": {},
  }
  exec(compile(BUILD.read_text(), BUILD, "exec"), names)
  return targets, loaded


TARGETS, LOADED = evaluate()
PYTHON_TARGETS = [
  target for target in TARGETS if target.rule in ("py_library", "py_binary")
]


def python_files(pattern):
  return sorted(
    path.relative_to(ROOT).as_posix() for path in ROOT.glob(pattern)
  )


def owners():
  """Returns the names of the targets that hold each source file."""
  found = collections.defaultdict(list)
  for target in TARGETS:
    if target.rule.startswith("py_"):
      for source in target.srcs:
        found[source].append(target.name)
  return found


def file_of(module):
  """Returns the file of a module of ours, if it is one."""
  path = ROOT / module.replace(".", "/")
  for candidate in (path / "__init__.py", path.with_suffix(".py")):
    if candidate.is_file():
      return candidate.relative_to(ROOT).as_posix()
  return None


def modules_imported(tree):
  """Yields the names of modules that a syntax tree imports, at any depth."""
  for node in ast.walk(tree):
    if isinstance(node, ast.Import):
      yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
      for alias in node.names:
        inner = f"{node.module}.{alias.name}"
        yield inner if file_of(inner) else node.module
    elif isinstance(node, ast.Assign):  # what the face loads on first use
      for name in node.targets:
        if getattr(name, "id", None) == "_LOADED_ON_FIRST_USE":
          yield from (f"{PACKAGE}.{x}" for x in ast.literal_eval(node.value))


def targets_imported(target):
  """Returns the names of the other targets that a target's sources import."""
  holders, found = owners(), {}
  for source in target.srcs:
    if not (ROOT / source).is_file():
      continue
    for module in modules_imported(ast.parse((ROOT / source).read_text())):
      if module.split(".")[0] == PACKAGE:
        (owner,) = holders[file_of(module)]
        if owner != target.name:
          found[owner] = f"{source} imports {module}"
  return found


def test_the_syntax_is_bazels():
  tree = ast.parse(BUILD.read_text())
  refused = [node for node in ast.walk(tree) if isinstance(node, REFUSED)]
  assert not refused, [ast.unparse(node) for node in refused]
  used = {target.rule for target in TARGETS if target.rule.startswith("py_")}
  assert list(LOADED) == ["@rules_python//python:defs.bzl"]
  assert [sorted(used)] == [list(symbols) for symbols in LOADED.values()]


def test_names_are_unique():
  counts = collections.Counter(target.name for target in TARGETS)
  assert [name for name, count in counts.items() if count > 1] == []


def test_every_module_is_in_exactly_one_target():
  holders = owners()
  files = python_files(f"{PACKAGE}/**/*.py")
  wrong = {name: holders[name] for name in files if len(holders[name]) != 1}
  assert not wrong, f"BUILD: in no target, or in several: {wrong}"


def test_every_folder_of_the_package_is_a_library():
  libraries = {x.name for x in TARGETS if x.rule == "py_library"}
  folders = {path.parent.name for path in ROOT.glob(f"{PACKAGE}/**/*.py")}
  missing = folders - libraries
  assert not missing, f"BUILD: no py_library for {sorted(missing)}"


def test_every_test_file_has_a_test():
  tested = [
    source
    for target in TARGETS
    if target.rule == "py_test"
    for source in target.srcs
    if source.endswith("_test.py")
  ]
  files = python_files("tests/**/*_test.py")
  missing = sorted(set(files) - set(tested))
  assert not missing, f"BUILD: add the folder of {missing} to TEST_DEPS"
  assert sorted(tested) == files


def test_every_file_that_is_named_exists():
  made = {name for target in TARGETS for name in target.outs}
  labels = {f":{target.name}" for target in TARGETS}
  for target in TARGETS:
    main = (target.main,) if target.main else ()
    for name in (*target.srcs, *target.deps, *target.data, *main):
      exists = name in labels if name.startswith(":") else name in made
      assert exists or (ROOT / name).is_file(), (
        f"BUILD: {target.name} names {name}, which does not exist"
      )


def test_every_program_is_a_binary():
  programs = [
    name
    for name in python_files(f"{PACKAGE}/examples/*.py")
    if '\nif __name__ == "__main__":' in (ROOT / name).read_text()
  ]
  binaries = {
    target.name: target.srcs for target in TARGETS if target.rule == "py_binary"
  }
  assert binaries == {pathlib.PurePath(name).stem: (name,) for name in programs}


@pytest.mark.parametrize("target", PYTHON_TARGETS, ids=lambda x: x.name)
def test_dependencies_are_the_imports(target):
  imported = targets_imported(target)
  missing = {x: imported[x] for x in imported.keys() - target.dependencies()}
  assert not missing, f"BUILD: {target.name} lacks in deps: {missing}"
  unused = target.dependencies() - imported.keys()
  assert not unused, f"BUILD: {target.name} imports nothing of {unused}"


def test_dependencies_of_tests_cover_their_imports():
  for target in TARGETS:
    if target.rule == "py_test":
      imported = targets_imported(target)
      missing = {
        x: imported[x] for x in imported.keys() - target.dependencies()
      }
      assert not missing, f"BUILD: TEST_DEPS lack {missing}"


def test_helpers_of_tests_are_with_the_tests():
  """Modules that test files import by their names, and what these read."""
  (support,) = (x for x in TARGETS if x.name == "test_support")
  helpers = {
    path.relative_to(ROOT).as_posix()
    for path in (ROOT / "tests").rglob("*.py")
    if not path.stem.endswith("_test")
  }
  assert helpers == set(support.srcs)
  read = {
    path.relative_to(ROOT).as_posix() for path in ROOT.glob("tests/**/*.json")
  }
  assert read <= set(support.data)


def test_dependencies_have_no_cycle():
  depends = {target.name: target.dependencies() for target in TARGETS}
  done = set()
  while ready := {
    name for name in depends.keys() - done if depends[name] <= done
  }:
    done |= ready
  assert done == depends.keys(), sorted(depends.keys() - done)
