# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""register() adds our names to OpenSpiel's tables and takes none away."""

import dataclasses

import numpy as np
import pytest
from open_spiel.python.algorithms import jpsro
from open_spiel.python.algorithms.psro_v2 import meta_strategies

import nes_spiel
from nes_spiel import meta_solvers, nes

CONCEPTS = {
  "mecce": "cce",
  "mece": "ce",
  "mscce": "cce",
  "msce": "ce",
  "mwmecce": "cce",
  "mwmece": "ce",
}
# A network's name is there where a model is shipped for it.
SERVED = sorted({facts["concept"] for facts in nes.PRETRAINED.values()})
CONCEPTS |= {f"nes_me{concept}": concept for concept in SERVED}
CONCEPTS |= {f"online_me{concept}": concept for concept in SERVED}
NAMES = tuple(sorted(CONCEPTS))


@pytest.fixture(autouse=True)
def tables(monkeypatch):
  """Gives each test copies of OpenSpiel's tables without our names."""

  def theirs(table):
    return {name: f for name, f in table.items() if name not in NAMES}

  psro = theirs(meta_strategies.META_STRATEGY_METHODS)
  known = tuple(name for name in jpsro.META_SOLVERS if name not in NAMES)
  monkeypatch.setattr(jpsro, "FLAG_TO_FUNC", theirs(jpsro.FLAG_TO_FUNC))
  monkeypatch.setattr(jpsro, "META_SOLVERS", known)
  monkeypatch.setattr(meta_strategies, "META_STRATEGY_METHODS", psro)


def snapshot():
  """Returns the tables, with each of our methods as (solver, method's name)."""

  def comparable(table):
    return {
      name: (f.__self__, f.__name__) if hasattr(f, "__self__") else f
      for name, f in table.items()
    }

  return (
    comparable(jpsro.FLAG_TO_FUNC),
    jpsro.META_SOLVERS,
    comparable(meta_strategies.META_STRATEGY_METHODS),
  )


def test_names_are_added_and_theirs_stay():
  functions, known, methods = snapshot()
  assert meta_solvers.register() == NAMES
  after = snapshot()
  assert after[1] == (*known, *NAMES)
  for before, table in ((functions, after[0]), (methods, after[2])):
    assert before.items() <= table.items()
    assert set(table) - set(before) == set(NAMES)
  for name in NAMES:
    solver = after[0][name][0]
    assert isinstance(solver, meta_solvers.OpenSpielForms)
    assert (solver.name, solver.concept) == (name, CONCEPTS[name])
    assert after[0][name] == (solver, "as_jpsro")
    assert after[2][name] == (solver, "as_psro")


def test_registering_again_changes_nothing():
  meta_solvers.register()
  before = snapshot()
  assert meta_solvers.register() == NAMES
  assert snapshot() == before
  assert len(set(jpsro.META_SOLVERS)) == len(jpsro.META_SOLVERS)


def test_the_tuple_is_that_which_flags_will_list():
  meta_solvers.register()
  assert set(jpsro.META_SOLVERS) == set(jpsro.FLAG_TO_FUNC)


@pytest.mark.parametrize("table", ["jpsro", "psro"])
def test_a_foreign_solver_is_not_overwritten(table):
  def foreign(*args, **kwargs):
    raise AssertionError("never called")

  taken = {
    "jpsro": jpsro.FLAG_TO_FUNC,
    "psro": meta_strategies.META_STRATEGY_METHODS,
  }[table]
  taken["mwmece"] = foreign  # the last one that is looked at
  before = snapshot()
  with pytest.raises(ValueError, match=r"'mwmece' is taken by .*foreign"):
    meta_solvers.register()
  assert snapshot() == before


def test_a_foreign_method_is_not_overwritten():
  class Foreign:
    def solve(self):
      raise AssertionError("never called")

  jpsro.FLAG_TO_FUNC["mecce"] = Foreign().solve
  with pytest.raises(ValueError, match="'mecce' is taken"):
    meta_solvers.register()


def test_a_solver_of_ones_own_joins_ours():
  strict = meta_solvers.MetaSolver(
    "mecce_1e6", "cce", nes_spiel.MaximumEntropy(rho=1e6)
  )
  assert meta_solvers.register(strict) == tuple(sorted((*NAMES, "mecce_1e6")))
  assert jpsro.FLAG_TO_FUNC["mecce_1e6"].__self__ is strict
  assert meta_strategies.META_STRATEGY_METHODS["mecce_1e6"].__self__ is strict
  assert "mecce_1e6" in jpsro.META_SOLVERS
  before = snapshot()
  disguised = dataclasses.replace(strict, name="mecce")
  with pytest.raises(ValueError, match="'mecce' is taken"):
    meta_solvers.register(disguised)
  assert snapshot() == before


def test_a_network_for_other_players_names_its_exact_twin():
  meta_solvers.register()
  five = np.zeros((5, 2, 2, 2, 2, 2))
  with pytest.raises(ValueError, match=r'for 5 players.*method="exact"'):
    jpsro.FLAG_TO_FUNC["nes_mecce"](five, [[1, 1]] * 5)
