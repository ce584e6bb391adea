# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Table 3: which network answers a row, and what is measured of it."""

import numpy as np
import pytest

from nes_spiel import nes
from nes_spiel.equilibria import Selection
from nes_spiel.examples import held_out, tables
from nes_spiel.examples.reproduce import selections
from nes_spiel.solvers import network_choice

UNIFORM = np.full((4, 4, 4), 1 / 16)


@pytest.mark.parametrize(
  ("concept", "players", "row", "selection", "network"),
  [
    ("cce", 2, "ME", Selection(), "cce_2p"),
    ("cce", 2, "MT", Selection(target_joint=UNIFORM), "cce_2p"),
    ("cce", 2, "MS", Selection(target_epsilon=-np.inf), "cce_2p_rows"),
    ("cce", 2, "MU", Selection(welfare=UNIFORM, mu=10.0), "cce_2p_rows"),
    ("ce", 2, "ME", Selection(), "ce_2p"),
    ("ce", 2, "MU", Selection(welfare=UNIFORM, mu=10.0), "ce_2p_rows"),
    ("ce", 2, "MS", Selection(target_epsilon=-np.inf), "ce_2p_epsilon"),
    ("cce", 3, "ME", Selection(), "cce_3p"),
    ("ce", 3, "ME", Selection(), None),
  ],
)
def test_the_network_that_solve_takes_answers(
  concept, players, row, selection, network
):
  model = selections.serving(concept, players, row, selection)
  assert (model and model.facts["recipe"]) == network


def test_a_row_that_nothing_serves_has_no_number(monkeypatch):
  def refuse(*_):
    raise ValueError("no network serves")

  monkeypatch.setattr(network_choice, "shipped_model", refuse)
  table = selections.table_3(2, 0, ((2, 2),), ("ce",), ("MS",))
  (row,) = table.rows
  assert row[:5] == ("ce", "2x2", "MS", "all", selections.NO_NETWORK)
  assert row[5:] == (None,) * 6
  assert selections.NO_NETWORK in table.text()


def test_strata_are_of_rows_with_target_epsilons():
  measured = [np.full(4, value) for value in range(6)]
  found = nes.Evaluation(*measured, stratum=np.array([0, 2, 2, 0]))
  assert list(held_out.strata("MS", found)) == []
  parts = dict(held_out.strata("eps-ME", found))
  assert list(parts) == ["inactive", "unreachable"]
  assert all(len(part.solved) == 2 for part in parts.values())


@pytest.mark.reference
def test_rows_are_measured():
  rows = ("ME", "MU", "eps-ME")
  table = selections.table_3(32, 0, ((4, 4),), ("cce",), rows)
  lines = [dict(zip(table.columns, row, strict=True)) for row in table.rows]
  whole = {line["row"]: line for line in lines if line["stratum"] == "all"}
  assert tuple(whole) == rows
  for line in whole.values():
    assert isinstance(line["solver gap"], tables.Estimate)
    assert line["solver gap"].mean < line["solver gap, zero duals"].mean / 2
    assert line["unsolved"] == 0
  parts = [line for line in lines if line["stratum"] != "all"]
  assert {line["row"] for line in parts} == {"eps-ME"}
  assert sum(line["games"] for line in parts) == 32


@pytest.mark.reference
def test_what_a_row_leaves_out_is_stated_as_it_is_meant(random_network):
  """`held_out.evaluate` states a uniform target and a welfare of weight 0."""
  config = nes.Config.paper()  # sees target and welfare by themselves
  network, variables = random_network(config)
  drawn = held_out.held_out_games((3, 3), 4, "ME", "cce")
  stated = held_out.evaluate(network, variables, *drawn)
  plain = nes.evaluate(network, variables, *drawn)
  for name in ("solver_gap", "trivial_gap", "equilibrium_gap", "exact_gap"):
    np.testing.assert_allclose(
      getattr(stated, name), getattr(plain, name), atol=1e-5
    )
