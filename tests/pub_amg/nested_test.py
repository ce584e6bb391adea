# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""The experiments of Section 8 and Appendix C, in numbers."""

import numpy as np
import pytest

from nes_spiel import pub_amg
from nes_spiel.equilibria.mirror_descent import inverse_root
from nes_spiel.pub_amg import nested


def exploitabilities(found):
  return [float(gaps.exploitability) for _, gaps in found]


def test_annealed_rock_paper_scissors(read_game):
  """alpha = 1/sqrt(t), eta = 0.25/sqrt(t); from another program."""
  found = nested.solve_nested(
    read_game("perturbed_rps"),
    inverse_root(1.0),
    inverse_root(0.25),
    inverse_root(1.0),
    [100, 10_000],
  )
  assert exploitabilities(found) == pytest.approx([1.71e-2, 1.41e-3], rel=0.01)


def test_fixed_regularization_is_solved_in_the_original_game(read_game):
  found = nested.solve_nested(read_game("perturbed_rps"), 0.1, 0.1, 0.1, [1000])
  (tables, gaps), solved = (
    found[0],
    pub_amg.solve(read_game("perturbed_rps"), 0.1),
  )
  assert gaps.regularized_exploitability < 1e-12
  for a, b in zip(tables, solved.log_policies, strict=True):
    np.testing.assert_allclose(np.exp(a), np.exp(b), atol=1e-8)


def test_without_regularization_equilibria_do_not_correspond(read_game):
  found = nested.solve_nested(
    read_game("perturbed_rps"),
    0.0,
    inverse_root(1.0),
    inverse_root(1.0),
    [100, 1000, 10_000],
  )
  assert min(exploitabilities(found)) >= 0.5
  # The leader alone, who cannot slack off, comes to the equilibrium.
  np.testing.assert_allclose(
    np.exp(found[-1][0][0][0]), [0.4, 0.4, 0.2], atol=0.02
  )


def test_kuhn_poker(read_game):
  """Annealed, fixed, and without regularization; from another program."""
  game, rate = read_game("kuhn_poker"), inverse_root(1.0)
  annealed = nested.solve_nested(game, rate, rate, rate, [100, 1000])
  assert exploitabilities(annealed) == pytest.approx([0.0214, 0.0034], rel=0.02)
  fixed = nested.solve_nested(game, 0.2, 0.2, 0.4, [1000])
  assert exploitabilities(fixed) == pytest.approx([0.0458993518], abs=1e-8)
  assert fixed[0][1].regularized_exploitability < 1e-12
  plain = nested.solve_nested(game, 0.0, rate, rate, [100, 200, 400, 800])
  assert min(exploitabilities(plain)) >= 0.03


def test_records_do_not_change_the_run(read_game):
  game, rate = read_game("kuhn_poker"), inverse_root(1.0)
  both = nested.solve_nested(game, rate, rate, rate, [10, 100])
  alone = nested.solve_nested(game, rate, rate, rate, [100])
  assert exploitabilities(both)[1] == exploitabilities(alone)[0]


def test_what_is_no_run_is_refused(read_game):
  game = read_game("kuhn_poker")
  with pytest.raises(ValueError, match="records: expected 1 or more, ascend"):
    nested.solve_nested(game, 0.1, 0.1, 0.1, [10, 1])
  with pytest.raises(
    ValueError, match="alpha: expected 0 or a finite number above, got -1"
  ):
    nested.solve_nested(game, -1.0, 0.1, 0.1, [1])
  with pytest.raises(ValueError, match=r"second_step_size: .* above 0, got 0"):
    nested.solve_nested(game, 0.1, 0.1, 0.0, [1])
  with pytest.raises(ValueError, match=r"liars_dice.* has 5"):
    nested.solve_nested(
      read_game("liars_dice(dice_sides=2)"), 0.1, 0.1, 0.1, [1]
    )
