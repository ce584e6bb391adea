# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""check_meta_solver passes what works and names what a broken solver does."""

import numpy as np
import pytest
from open_spiel.python.algorithms import jpsro

from nes_spiel import equilibria, meta_solvers, nes, solvers


def uniform(meta_game):
  return np.full(meta_game.shape[1:], 1 / meta_game[0].size)


def with_joint(change):
  """Returns a meta-solver whose joint is the uniform one, changed."""

  def meta_solver(meta_game, per_player_repeats, ignore_repeats=False):
    del per_player_repeats, ignore_repeats
    return change(uniform(meta_game)), {}

  return meta_solver


def changes_meta_game(meta_game, per_player_repeats, ignore_repeats=False):
  del per_player_repeats, ignore_repeats
  meta_game -= meta_game.mean()
  return uniform(meta_game), {}


def changes_repeats(meta_game, per_player_repeats, ignore_repeats=False):
  if not ignore_repeats:
    per_player_repeats[0][0] = 1
  return uniform(meta_game), {}


def gives_no_dictionary(meta_game, per_player_repeats, ignore_repeats=False):
  del per_player_repeats, ignore_repeats
  return uniform(meta_game), None


def fails_with_repeats(meta_game, per_player_repeats, ignore_repeats=False):
  joint = uniform(meta_game)
  if not ignore_repeats and max(map(max, per_player_repeats)) > 3:
    joint[...] = np.nan
  return joint, {}


def first_negative(joint):
  if joint.size > 1:
    joint.flat[0], joint.flat[1] = -joint.flat[0], 3 * joint.flat[0]
  return joint


BROKEN = {
  "shape": (with_joint(np.ravel), "one policy each.*returns shape"),
  "transposed": (with_joint(np.transpose), "returns shape"),
  "NaN": (with_joint(lambda x: x * np.nan), "NaN or infinity"),
  "infinity": (with_joint(lambda x: x * np.inf), "NaN or infinity"),
  "negative": (with_joint(first_negative), r"returns -0\.\d+ < 0"),
  "sum": (with_joint(lambda x: x * 1.001), r"sums to 1\.00"),
  "single": (
    with_joint(lambda x: (x * (1 + 1e-6)).astype(np.float32)),
    r"sums to 1\.00000",
  ),
  "list": (with_joint(np.ndarray.tolist), "returns list, not a NumPy array"),
  "complex": (with_joint(lambda x: x * 1j), "not a NumPy array of real"),
  "meta-game": (changes_meta_game, "changes its arguments"),
  "repeats": (changes_repeats, "changes its arguments"),
  "dictionary": (gives_no_dictionary, "no dictionary second"),
  "some case": (fails_with_repeats, '"repeats" it returns NaN'),
}


@pytest.mark.parametrize("fault", BROKEN)
def test_a_broken_solver_is_refused_with_its_fault(fault):
  meta_solver, reason = BROKEN[fault]
  with pytest.raises(ValueError, match=reason) as caught:
    meta_solvers.check_meta_solver(meta_solver)
  assert str(caught.value).startswith('meta-solver: on the meta-game "')


@pytest.mark.parametrize("name", ["uni", "rd"])
def test_solvers_of_openspiel_pass(name):
  meta_solvers.check_meta_solver(jpsro.FLAG_TO_FUNC[name])


def test_a_solver_of_ones_own_passes():
  meta_solvers.check_meta_solver(with_joint(lambda joint: joint))


# Each compiles for three shapes: one of each concept and kind of epsilon in the
# fast suite, the others with the reference numbers.
FAST = ("mecce", "msce")


@pytest.mark.parametrize(
  "name",
  [
    pytest.param(name, marks=[] if name in FAST else pytest.mark.reference)
    for name in sorted(meta_solvers.exact_meta_solvers())
  ],
)
def test_every_solver_of_ours_passes_and_finds_an_equilibrium(
  name, random_games
):
  solver = meta_solvers.exact_meta_solvers()[name]
  meta_solvers.check_meta_solver(solver.as_jpsro)
  (meta_game,) = random_games(5, 1, (3, 2))
  joint, extras = solver.as_jpsro(meta_game, [[2, 1, 3], [1, 4]])
  solution = extras["solution"]
  assert solution.status == solvers.Status.CONVERGED
  gap = equilibria.gap_sum(meta_game, joint, solver.concept)
  np.testing.assert_allclose(gap, solution.gap_sum, atol=1e-6)
  assert gap < 0.02  # payoffs have a standard deviation of 1


@pytest.mark.reference
def test_networks_pass():
  """Of CE none is shipped for the three players that the check asks for."""
  checked = []
  for name, solver in meta_solvers.network_meta_solvers().items():
    assert name == f"nes_me{solver.concept}"
    if {f"{solver.concept}_2p", f"{solver.concept}_3p"} <= set(nes.PRETRAINED):
      meta_solvers.check_meta_solver(solver.as_jpsro)
      checked.append(name)
  assert checked == ["nes_mecce"]
