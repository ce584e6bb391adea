# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""The names users rely on, and what importing them must not load."""

import importlib
import pathlib
import subprocess
import sys

import pytest

import nes_spiel

ROOT = pathlib.Path(nes_spiel.__file__).parent
PUBLIC = {
  "nes_spiel": [
    "MaximumEntropy",
    "MaximumStrength",
    "MaximumWelfare",
    "MaximumWelfareMaximumEntropy",
    "MinimumRelativeEntropy",
    "Solution",
    "Status",
    "equilibria",
    "games",
    "meta_solvers",
    "nes",
    "solve",
    "solve_batch",
  ],
  "nes_spiel.games": [
    "classics",
    "from_openspiel",
    "gamut",
    "pad",
    "read_nfg",
    "sample_invariant",
    "standardize",
    "to_openspiel",
    "unpad",
    "write_nfg",
  ],
  "nes_spiel.games.gamut": ["NAMES", "sample"],
  "nes_spiel.nes": [
    "Config",
    "Network",
    "PRETRAINED",
    "evaluate",
    "load",
    "load_pretrained",
    "save",
    "train",
  ],
  "nes_spiel.pub_amg": [
    "MiniMaxEnt",
    "MiniMaxKL",
    "PublicGame",
    "canonical_choice",
    "correspondence",
    "exploitability",
    "solve",
  ],
  "nes_spiel.equilibria": [
    "deviation_gains",
    "dual_loss",
    "expected_gains",
    "gap_sum",
    "primal_epsilon",
    "primal_joint",
    "quantal_response_equilibria",
    "solve_dual",
    "solver_gap",
  ],
  "nes_spiel.relationship_games": [
    "RelationshipGame",
    "congestion_with_ambulance",
    "design_weights",
    "induced_costs",
    "social_cost_gradient",
    "two_lane_congestion",
  ],
}
PACKAGES = sorted(
  ".".join(["nes_spiel", *path.parent.relative_to(ROOT).parts])
  for path in ROOT.rglob("__init__.py")
)
# Heavy or optional: `import nes_spiel` and solving a game do without.
HEAVY = ["pyspiel", "open_spiel", "cvxpy", "matplotlib", "haiku", "optax"]


@pytest.mark.parametrize(
  ("package", "name"),
  [(package, name) for package, names in PUBLIC.items() for name in names],
)
def test_public_names(package, name):
  module = importlib.import_module(package)
  assert getattr(module, name) is not None
  assert name in module.__all__


def test_every_package_is_found():
  assert {*PUBLIC, "nes_spiel.solvers", "nes_spiel.meta_solvers"} <= {*PACKAGES}


def by_kind(name):
  """The order of the linter: CONSTANTS, Classes, functions."""
  return (0 if name.isupper() else 1 if name[0].isupper() else 2), name


@pytest.mark.parametrize("package", PACKAGES)
def test_all_is_sorted_and_true(package):
  module = importlib.import_module(package)
  assert module.__doc__
  # A package of programs offers none.
  names = getattr(module, "__all__", [])
  assert list(names) == sorted(names, key=by_kind)
  assert len(set(names)) == len(names)
  for name in names:
    assert hasattr(module, name), name
  assert names or package == "nes_spiel.examples"


def test_unknown_names_are_attribute_errors():
  with pytest.raises(AttributeError, match=r"nes_spiel.*'no_such_thing'"):
    nes_spiel.no_such_thing  # noqa: B018


def loaded_by(program):
  """Which heavy packages a fresh interpreter has loaded at the end."""
  report = f"import sys; print([m for m in {HEAVY} if m in sys.modules])"
  done = subprocess.run(
    [sys.executable, "-c", f"{program}\n{report}"],
    capture_output=True,
    text=True,
    check=True,
    cwd=ROOT.parent,
  )
  return done.stdout.strip().splitlines()[-1]


def test_importing_and_solving_load_nothing_heavy():
  program = """
import nes_spiel
payoffs = nes_spiel.games.classics.chicken()
assert nes_spiel.solve(payoffs, "ce").status == nes_spiel.Status.CONVERGED
"""
  assert loaded_by(program) == "[]"


def test_d3c_loads_openspiel_when_it_is_asked_for():
  assert "'pyspiel'" not in loaded_by("import nes_spiel.d3c")
  program = "from nes_spiel import d3c; d3c.openspiel"
  assert "'pyspiel'" in loaded_by(program)


def test_meta_solvers_load_openspiel_when_first_used():
  program = "import nes_spiel; nes_spiel.meta_solvers"
  assert "'pyspiel'" in loaded_by(program)
