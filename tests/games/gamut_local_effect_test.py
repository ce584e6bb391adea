# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Local-effect games of GAMUT, and the random functions in them."""

import functools
import itertools

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy import stats

from nes_spiel.games import gamut
from nes_spiel.games.gamut import functions, increasing, local_effect

RARE = 1e-4
NAMES = [name for name in gamut.NAMES if "LEG" in name]
NODES = range(4)


@functools.cache
def sample(name):
  """Returns costs `[b, n, *a]`, relative to the largest of each game."""
  drawn = gamut.sample(name, jax.random.key(0), 64, (4, 4, 4))
  costs = -np.asarray(drawn, np.float64)
  return costs / abs(costs).max((1, 2, 3, 4), keepdims=True)


def by_hand(shape, adjacency, function):
  """Returns payoffs from the definition, `function(v, u)` for each edge."""
  payoffs = np.zeros((len(shape), *shape))
  for joint in np.ndindex(*shape):
    for player, v in enumerate(joint):
      cost = function(v, v)[joint.count(v)]
      for u in range(shape[0]):
        if adjacency[v, u]:
          cost += function(v, u)[joint.count(u)]
      payoffs[player][joint] = -cost
  return payoffs


@pytest.mark.parametrize("name", NAMES)
def test_every_class(name, check_gamut_class):
  check_gamut_class(name, (4, 4, 4))


@pytest.mark.parametrize("kind", ["bidirectional", "uniform"])
def test_local_effects_by_hand(kind, monkeypatch):
  shape = (4, 4, 4)
  adjacency = np.zeros((4, 4), dtype=bool)
  for v, u in [(0, 1), (1, 3), (0, 2)]:
    adjacency[v, u] = adjacency[u, v] = True
  table = np.random.default_rng(0).normal(size=(10, 4)).astype(np.float32)

  def known(key, count, counts):
    assert counts == 4
    return jnp.asarray(table[:count])

  monkeypatch.setattr(functions, "sample_functions", known)
  payoffs = getattr(local_effect, kind)(
    jax.random.key(0), shape, lambda key, nodes: jnp.asarray(adjacency)
  )
  pairs = [(v, u) for u in NODES for v in NODES if v <= u]
  expected = by_hand(
    shape,
    adjacency,
    {
      "bidirectional": lambda v, u: table[pairs.index((min(v, u), max(v, u)))],
      "uniform": lambda v, u: table[4 + u if u == v else u],
    }[kind],
  )
  np.testing.assert_allclose(payoffs, expected, atol=1e-5)


@pytest.mark.parametrize("name", NAMES)
def test_only_the_numbers_at_the_nodes_count(name):
  costs = sample(name)
  for order in itertools.permutations(range(3)):
    for player in range(3):
      permuted = costs[:, order[player]].transpose(0, *[1 + p for p in order])
      np.testing.assert_allclose(permuted, costs[:, player], atol=1e-6)


def crowd_effects(name):
  """Returns [b, v, u]: what one at v pays if both others are at u."""
  costs = sample(name)[:, 0]
  return np.stack([costs[:, :, u, u] for u in NODES], axis=-1)


def test_complete_bidirectional_effects_are_mutual():
  effect = crowd_effects("BidirectionalLEG-CG")
  # g_vw + g_wx + g_xv is the same in both directions round.
  for v, w, x in itertools.combinations(NODES, 3):
    there = effect[:, v, w] + effect[:, w, x] + effect[:, x, v]
    back = effect[:, v, x] + effect[:, x, w] + effect[:, w, v]
    np.testing.assert_allclose(there, back, atol=1e-5)
  # Not because all nodes have the same effect.
  uneven = effect[:, 0, 2] - effect[:, 0, 3] - effect[:, 1, 2] + effect[:, 1, 3]
  assert np.median(abs(uneven)) > 1e-3


def test_complete_uniform_effects_are_the_same_for_all():
  effect = crowd_effects("UniformLEG-CG")
  for v, w in itertools.combinations(NODES, 2):
    a, b = (u for u in NODES if u not in (v, w))
    np.testing.assert_allclose(
      effect[:, v, a] - effect[:, v, b],
      effect[:, w, a] - effect[:, w, b],
      atol=1e-5,
    )
  # Not because all nodes have the same effect.
  assert np.median(abs(effect[:, 0, 2] - effect[:, 0, 3])) > 1e-3


@pytest.mark.parametrize("name", ["BidirectionalLEG-SG", "UniformLEG-SG"])
def test_leaves_of_a_star_feel_the_centre_only(name):
  costs = sample(name)[:, 0]
  for leaf in (1, 2, 3):
    far = [u for u in NODES if u not in (0, leaf)]
    pairs = list(itertools.product(far, far))
    elsewhere = np.stack([costs[:, leaf, u, w] for u, w in pairs])
    np.testing.assert_allclose(
      elsewhere, elsewhere[:1] + 0 * elsewhere, atol=1e-6
    )
    assert np.median(abs(costs[:, leaf, 0, far[0]] - elsewhere[0])) > 1e-3
  centre = [costs[:, 0, u, u] for u in (1, 2, 3)]
  assert np.median(np.ptp(centre, axis=0)) > 1e-3


@pytest.mark.parametrize("name", ["BidirectionalLEG-RG", "UniformLEG-RG"])
def test_random_graphs_have_what_they_should(name):
  # The node's own effect is always there; that of the others where there is an
  # edge: 3.5 of 6 pairs on average.
  effect = crowd_effects(name)
  same = 0
  for v in NODES:
    a, b, c = (u for u in NODES if u != v)
    for u, w in [(a, b), (a, c), (b, c)]:
      same += np.mean(abs(effect[:, v, u] - effect[:, v, w]) < 1e-7)
  # Two edges that share a node are both missing with probability
  # sum over m = 1..6 of C(4, m) / C(6, m) / 6 = 2/9, so for 12 such, 8/3; and
  # the same number comes out of constants and rounding only here and there.
  assert 1.9 < same < 4.2


# The numbers of the classes of `functions.monotone`.
EXPONENTIAL, LOGARITHM, POLYNOMIAL, TABLE, DECREASING = range(5)


@functools.cache
def uniform_numbers(count=400):
  u = np.random.default_rng(1).random((count, functions._UNIFORMS))
  return jnp.asarray(u, dtype="float32")


@functools.cache
def values(draw, **options):
  """Returns `[f, c]`: functions at 0, 1, 2, 3, one per row of the numbers."""
  points = jnp.arange(4, dtype="float32")
  options = {name: jnp.asarray(value) for name, value in options.items()}
  drawn = jax.jit(jax.vmap(lambda u: draw(u, points, **options)))
  return np.asarray(drawn(uniform_numbers()), np.float64)


def monotone(number):
  return values(functions.monotone, number=number)


def test_the_numbers_of_the_classes():
  names = [draw.__name__ for draw in increasing.ALL]
  assert names == ["exponential", "logarithm", "polynomial", "table"]
  assert functions.DECREASING == DECREASING
  assert functions.CLASSES == 8


def test_one_class_per_game():
  keys = jax.random.split(jax.random.key(3), 200)
  draw = functools.partial(functions.sample_functions, functions=6, counts=4)
  drawn = np.asarray(jax.jit(jax.vmap(draw))(keys))
  assert drawn.shape == (200, 6, 4)
  rises = (np.diff(drawn) > 0).all(2)
  # Exponentials, increasing tables and polynomials, logarithms: half of all
  # classes rise, and then all functions of the game do.
  assert 70 < rises.all(1).sum() < 130
  falls = (np.diff(drawn) < 0).all(2).all(1).sum()
  assert 10 < falls < 42


def test_exponential_and_logarithm_by_hand():
  u = np.asarray(uniform_numbers(), np.float64)
  alpha, beta = 1 - u[:, :1], -1000 + 2000 * u[:, 1:2]
  points = np.arange(4)[None, :]
  exponential = np.exp(alpha * points) + beta
  logarithm = 10 * alpha * np.log(points + 1) + beta
  np.testing.assert_allclose(monotone(EXPONENTIAL), exponential, atol=1e-2)
  np.testing.assert_allclose(monotone(LOGARITHM), logarithm, atol=1e-2)


def test_polynomial_by_hand():
  u = np.asarray(uniform_numbers(), np.float64)
  degrees = set()
  for row, got in zip(u, values(functions.polynomial), strict=True):
    degree = int(11 * row[0])
    degrees.add(degree)
    expected = [
      sum((-10 + 20 * row[1 + i]) * x**i for i in range(degree + 1))
      for x in range(4)
    ]
    scale = 1 + sum(10 * 3**i for i in range(degree + 1))
    np.testing.assert_allclose(got, expected, atol=1e-6 * scale)
  assert degrees == set(range(11))


def test_increasing_polynomial_by_hand():
  u = np.asarray(uniform_numbers(), np.float64)
  raised = 0
  for row, got in zip(u, monotone(POLYNOMIAL), strict=True):
    degree = 1 + int(10 * row[0])
    slope = -10 + 20 * row[3 : 3 + degree]
    grid = np.linspace(0, 3, 129)
    least = np.polyval(slope[::-1], grid).min()
    if least <= 0:
      raised += 1
      slope[0] += 10 * (1 - row[2]) - least
    whole = np.polyint(slope[::-1], k=-10 + 20 * row[1])
    expected = np.polyval(whole, range(4))
    np.testing.assert_allclose(got, expected, rtol=2e-5, atol=1e-2)
    assert (np.diff(got) > 0).all()
  assert 100 < raised < 390


def test_increasing_polynomial_where_powers_overflow():
  # x^10 is 1e40 at 10000, beyond single precision: what matters is the shape.
  points = jnp.asarray([0.0, 5000.0, 1e4])
  u = uniform_numbers().at[:, 0].set(0.99)
  drawn = jax.jit(
    jax.vmap(
      lambda one: increasing.polynomial(one, points, points[0], points[2])
    )
  )(u)
  fraction = np.asarray(drawn.fraction)
  np.testing.assert_allclose(fraction[:, [0, 2]], [[0, 1]] * 400, atol=1e-6)
  assert (fraction[:, 1] >= 0).all()
  assert (fraction[:, 1] <= 1).all()
  # The leading coefficient decides: (1/2)^10 where it is positive, otherwise
  # x - x^10 / 10 relative to its rise of 9/10, a little above 1/2.
  positive = np.asarray(u[:, 12]) > 0.55
  np.testing.assert_allclose(fraction[positive, 1], 2.0**-10, rtol=0.05)
  negative = np.asarray(u[:, 12]) < 0.45
  np.testing.assert_allclose(fraction[negative, 1], 0.5554, rtol=0.01)
  assert np.isfinite(np.asarray(drawn.start)).all()


def test_tables_stay_between_their_bounds():
  u = np.asarray(uniform_numbers(), np.float64)
  upper = -1000 + 2000 * (1 - u[:, 0])
  lower = upper - (upper + 1000) * (1 - u[:, 1])
  rising = monotone(TABLE)
  random, concave = values(functions.table), values(functions.concave_table)
  # Sums of float32 near a thousand are rounded by hundredths.
  for drawn in (rising, random, concave):
    assert (drawn >= lower[:, None] - 0.05).all()
    assert (drawn <= upper[:, None] + 0.05).all()
  np.testing.assert_allclose(rising[:, 0], lower, atol=0.05)
  np.testing.assert_allclose(rising[:, -1], upper, atol=0.05)
  assert (np.diff(rising) >= 0).all()
  # A concave function is least at an end.
  ends = np.minimum(concave[:, 0], concave[:, -1])
  np.testing.assert_allclose(ends, lower, atol=1e-2)
  assert (np.diff(concave, 2) <= 1e-2).all()
  where = (random - lower[:, None]) / (upper - lower)[:, None]
  assert stats.kstest(where.ravel(), "uniform").pvalue > RARE


def test_decreasing_functions():
  u = np.asarray(uniform_numbers(), np.float64)
  drawn = monotone(DECREASING)
  assert (np.diff(drawn) <= 1e-2).all()
  np.testing.assert_allclose(drawn[:, -1], -1000 + 2000 * u[:, -2], atol=1e-2)
  # An increasing function and its negative fall together.
  kinds = (4 * u[:, -1]).astype(int)
  for number in range(4):
    chosen = kinds == number
    base = monotone(number)[chosen]
    np.testing.assert_allclose(
      drawn[chosen] - drawn[chosen][:, -1:],
      base[:, -1:] - base,
      rtol=1e-4,
      atol=0.1,
    )


def test_random_rise():
  u = np.random.default_rng(2).random((2000, increasing.UNIFORMS))
  knots = jax.vmap(increasing.random_rise)(jnp.asarray(u, dtype="float32"))
  knots = np.asarray(knots)
  assert knots.shape == (2000, 65, 2)
  np.testing.assert_array_equal(knots[:, [0, -1]], [[[0, 0], [1, 1]]] * 2000)
  assert (np.diff(knots, axis=1) >= 0).all()
  # Dubins and Freedman (1967): the mean is (2 / pi) arcsin(sqrt(x)).
  for x in (0.05, 0.3, 0.5, 0.9):
    heights = np.array([np.interp(x, *one.T) for one in knots])
    error = 4 * heights.std() / np.sqrt(len(heights))
    expected = 2 / np.pi * np.arcsin(np.sqrt(x))
    assert heights.mean() == pytest.approx(expected, abs=error + 2e-3)
