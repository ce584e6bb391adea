# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""What is drawn for training is what the rows of Table 3 say."""

import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from nes_spiel import equilibria, games, nes
from nes_spiel.nes import training_selections
from nes_spiel.nes.rows import unseen_input

COUNT = 256


@pytest.fixture(scope="module")
def payoffs():
  return games.sample_invariant(jax.random.key(0), COUNT, (2, 5))


@pytest.fixture(scope="module")
def draw(payoffs):
  """Returns a function to many selections of a row, in NumPy."""

  def of(name, concept="cce"):
    selection = nes.sample_selections(jax.random.key(1), name, payoffs, concept)
    return jax.tree.map(np.asarray, selection)

  return of


def test_only_what_a_row_varies_is_there(draw):
  for name, row in nes.ROWS.items():
    selection = draw(name)
    assert (selection.target_joint is None) == (row.target == "uniform")
    assert (selection.welfare is None) == (row.welfare == "none")
    assert (selection.mu is None) == (row.welfare == "none")
    assert selection.target_epsilon.shape == (COUNT, 2)
    if row.epsilon == "zero":
      assert not selection.target_epsilon.any()
    assert selection.rho is None
    assert selection.max_epsilon is None


def test_counts_are_products_of_numbers_from_1_to_16(draw):
  joints = draw("MT").target_joint
  assert joints.shape == (COUNT, 2, 5)
  np.testing.assert_allclose(joints.sum((1, 2)), 1, rtol=1e-5)
  marginals = joints.sum(2), joints.sum(1)
  product = functools.reduce(lambda x, y: x[:, :, None] * y[:, None], marginals)
  np.testing.assert_allclose(joints, product, rtol=1e-4)
  for marginal in marginals:
    # As counts: an integer that they all are multiples of exists.
    size = marginal.shape[1]
    sums = np.arange(size, 16 * size + 1)[:, None, None]
    counts = marginal[None] * sums
    fits = np.abs(counts - counts.round()).max(-1) < 1e-3
    fits &= (counts.round().min(-1) >= 1) & (counts.round().max(-1) <= 16)
    assert fits.any(0).all()
  assert 0.03 < np.isclose(joints.std((1, 2)), 0, atol=1e-6).mean() < 0.2


def test_unknown_rows_and_concepts_are_refused(payoffs, unchecked):
  for name, concept, message in (
    ("MX", "ce", "name: expected one of .* got 'MX'"),
    ("ME", "cc", "concept: expected .* got 'cc'"),
  ):
    with pytest.raises(ValueError, match=message):
      nes.sample_selections(jax.random.key(0), name, payoffs, concept)


def test_dirichlet_has_its_moments(draw):
  """A flat one of k = 10: means 1 / k, variances (k - 1) / (k^2 (k + 1))."""
  joints = draw("MRE").target_joint.reshape(COUNT, -1)
  np.testing.assert_allclose(joints.sum(1), 1, rtol=1e-5)
  error = 0.09 / np.sqrt(COUNT)  # of a mean, whose terms deviate by 0.09
  np.testing.assert_allclose(joints.mean(0), 0.1, atol=4 * error)
  assert joints.var() == pytest.approx(9 / 1100, rel=0.1)


def test_welfares(draw, payoffs):
  np.testing.assert_allclose(
    draw("MU").welfare, np.asarray(payoffs).sum(1), rtol=1e-5
  )
  assert (draw("MU").mu == 10).all()
  welfare = draw("MWME").welfare
  correlation = np.corrcoef(welfare.ravel(), np.asarray(payoffs).sum(1).ravel())
  assert abs(correlation[0, 1]) < 4 / np.sqrt(welfare.size)
  assert welfare.std() == pytest.approx(1, rel=0.1)


def test_epsilons(draw, payoffs):
  """Half from U(-Z, Z), Z the root of 10; half shares of the largest gain."""
  assert (draw("MS").target_epsilon == -np.inf).all()
  epsilon = draw("eps-ME").target_epsilon
  uniform = jnp.full((2, 5), 0.1)
  largest = np.stack(
    [
      np.asarray(equilibria.expected_gains(game, uniform, "cce")).max(1)
      for game in payoffs
    ]
  )
  assert np.abs(epsilon).max() <= np.sqrt(10)
  within = (np.abs(epsilon) <= largest).all(1).mean()
  assert 0.4 <= within < 0.75  # and by chance a few of the others
  assert abs((epsilon > 0).mean() - 0.5) < 4 * 0.5 / np.sqrt(epsilon.size)


def test_one_of_several_rows_is_drawn_for_each_game(payoffs):
  mask = jnp.ones((2, 2), bool)
  names = ("ME", "MS", "MS", "MWME")
  keys = jax.random.split(jax.random.key(2), 512)
  selection = jax.vmap(
    lambda key: training_selections.sample_selection(
      key, names, payoffs[0, :, :, :2], mask, "cce"
    )
  )(keys)
  least = np.isneginf(np.asarray(selection.target_epsilon)).all(1)
  wanted = np.asarray(selection.mu) == 10
  assert not (least & wanted).any()
  assert selection.target_joint is None
  assert least.mean() == pytest.approx(0.5, abs=0.1)
  assert wanted.mean() == pytest.approx(0.25, abs=0.1)


def test_a_network_serves_the_rows_whose_inputs_it_has():
  """The paper's separate channels do as well as their sum."""
  blind = nes.Config(inputs=("payoffs",))
  served = [name for name in nes.ROWS if unseen_input(blind, name) is None]
  assert served == ["ME"]
  for config in (nes.Config(), nes.Config.paper()):
    assert all(unseen_input(config, name) is None for name in nes.ROWS)
  assert unseen_input(nes.Config(inputs=("payoffs", "welfare")), "MU") is None
  assert (
    unseen_input(nes.Config(inputs=("payoffs", "welfare")), "eps-MWME")
    == "target_epsilon"
  )
