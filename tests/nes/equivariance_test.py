# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""The network commutes with every permutation of players and strategies.

Layer by layer and as a whole, in both precisions, for games with different
numbers of strategies.
"""

import functools
import itertools

import haiku as hk
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from nes_spiel import games, nes
from nes_spiel.equilibria import (
  MaximumEntropy,
  MinimumRelativeEntropy,
  Selection,
  gains,
)
from nes_spiel.games import masks
from nes_spiel.nes import layers, paper_maps, pooling

SHAPES = [(3, 5), (4, 2, 3)]
CONCEPTS = ["cce", "ce"]


def permutation(seed, shape):
  """Returns an order of players, and one of each player's strategies."""
  rng = np.random.default_rng(seed)
  order = np.roll(np.arange(len(shape)), 1)  # a cycle: nobody stays
  return order, [rng.permutation(size) for size in shape]


def run_layer(maps, activations, mask, channels=4):
  """Mixes maps with weights that depend on names and channels alone."""

  def layer(activations):
    shape = maps_shape(maps, activations)
    return layers.MixMaps(channels)(maps(activations, mask), shape)

  transformed = hk.without_apply_rng(hk.transform(layer))
  parameters = transformed.init(jax.random.key(1), activations)
  return transformed.apply(parameters, activations)


def maps_shape(maps, activations):
  if maps is pooling.payoff_to_dual_maps:
    return (max(activations.shape[1:-1]),)
  return activations.shape[1:-1]


def masked_duals(seed, shape, concept):
  """Returns random activations `[n, d, (d,) c]` and the masks of a game."""
  strategies = jnp.asarray(masks.full_strategy_mask(shape))
  mask = np.asarray(gains.dual_mask(strategies, concept))
  values = np.random.default_rng(seed).normal(size=(*mask.shape, 3))
  return np.where(mask[..., None], values, 0), mask


@pytest.mark.parametrize("shape", SHAPES)
def test_payoff_layers(shape, permuted, x64):
  order, orders = permutation(0, shape)
  mask = masks.full_strategy_mask(shape)
  activations = np.random.default_rng(0).normal(size=(len(shape), *shape, 3))
  moved = permuted["joint"](activations, order, orders)
  for maps, concept in (
    (pooling.payoff_maps, None),
    (pooling.payoff_to_dual_maps, "cce"),
  ):
    before = run_layer(maps, jnp.asarray(activations), jnp.asarray(mask))
    after = run_layer(maps, jnp.asarray(moved), jnp.asarray(mask[order]))
    if concept is None:
      expected = permuted["joint"](before, order, orders)
    else:
      expected = permuted["dual"](before, order, orders, 1)
      exists = mask[order][..., None]
      after, expected = (
        np.where(exists, after, 0),
        np.where(exists, expected, 0),
      )
    np.testing.assert_allclose(after, expected, atol=1e-9)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("concept", CONCEPTS)
def test_dual_layers(shape, concept, permuted, x64):
  maps = {"cce": pooling.cce_dual_maps, "ce": pooling.ce_dual_maps}[concept]
  axes = {"cce": 1, "ce": 2}[concept]
  order, orders = permutation(0, shape)
  duals, mask = masked_duals(0, shape, concept)
  before = run_layer(maps, jnp.asarray(duals), jnp.asarray(mask))
  moved = permuted["dual"](duals, order, orders, axes)
  after = run_layer(maps, jnp.asarray(moved), jnp.asarray(mask[order]))
  exists = mask[order][..., None]
  np.testing.assert_allclose(
    np.where(exists, after, 0),
    np.where(exists, permuted["dual"](before, order, orders, axes), 0),
    atol=1e-9,
  )


def test_outer(permuted, x64):
  shape = (3, 5)
  order, orders = permutation(0, shape)
  rows, _ = masked_duals(0, shape, "cce")
  rows = np.concatenate([rows, rows**2 - 1], axis=-1)
  expected = permuted["dual"](
    pooling.outer(jnp.asarray(rows)), order, orders, 2
  )
  moved = permuted["dual"](rows, order, orders, 1)
  np.testing.assert_allclose(
    pooling.outer(jnp.asarray(moved)), expected, atol=1e-12
  )


def test_why_eq_19c_is_left_out(x64):
  """It commutes where all permute together, and only there."""
  duals, mask = masked_duals(0, (4, 4), "cce")
  run = functools.partial(run_layer, paper_maps.cce_dual_maps)
  before = np.asarray(run(jnp.asarray(duals), jnp.asarray(mask)))
  order = np.array([2, 0, 3, 1])
  together = run(jnp.asarray(duals[:, order]), jnp.asarray(mask))
  np.testing.assert_allclose(together, before[:, order], atol=1e-9)
  alone = np.stack([duals[0][order], duals[1]])
  expected = np.stack([before[0][order], before[1]])
  seen = np.asarray(run(jnp.asarray(alone), jnp.asarray(mask)))
  assert np.abs(seen - expected).max() > 0.1


def joint_of(rng, shape):
  joint = rng.exponential(size=shape)
  return joint / joint.sum()


@functools.cache
def applied(network):
  """Returns the network's `apply` at inference, compiled per shape."""

  def apply(variables, payoffs, target, mask):
    selection = MinimumRelativeEntropy(target)
    return network.apply(variables, payoffs, selection, mask)[0]

  return jax.jit(apply)


SMALL = {
  "payoff_channels": (6, 6),
  "middle_channels": 8,
  "dual_channels": (6,),
  "corrections": 1,
}


# One block of attention, and one that sees what it found.
TRANSFORMER = {"architecture": "transformer", "payoff_channels": (8, 4)}
# Each compiles two networks: one of each concept, precision and number of
# players in the fast suite, the others with the reference numbers.
FAST = [
  (SHAPES[0], "cce", np.float32, {}),
  (SHAPES[0], "ce", np.float64, {}),
  (SHAPES[1], "cce", np.float64, {}),
]
BY_GAME = {
  "normalization": "game",
  "inputs": ("payoffs", "reference_logits"),
}
CASES = [
  *itertools.product(SHAPES, CONCEPTS, [np.float64, np.float32], [{}]),
  (SHAPES[0], "cce", np.float64, BY_GAME),
  *itertools.product(SHAPES, CONCEPTS, [np.float64], [TRANSFORMER]),
  (SHAPES[0], "ce", np.float32, TRANSFORMER),
  # Without Eq. 19c the paper's maps commute with every permutation too.
  *((shape, "ce", np.float64, {"maps": "paper"}) for shape in SHAPES),
]


@pytest.mark.parametrize(
  ("shape", "concept", "dtype", "options"),
  [
    pytest.param(*case, marks=[] if case in FAST else pytest.mark.reference)
    for case in CASES
  ],
)
def test_the_whole_network(
  shape, concept, dtype, options, random_network, permuted
):
  """Permutations, offset and scale, and padding, with and without."""
  players, side, axes = len(shape), max(shape), {"cce": 1, "ce": 2}[concept]
  network, variables = random_network(
    nes.Config(**{**SMALL, **options}, concept=concept, players=players)
  )
  rng = np.random.default_rng(2)
  payoffs, target = rng.normal(size=(players, *shape)), joint_of(rng, shape)
  scale = rng.uniform(0.5, 2, players)
  by_player = scale.reshape(-1, *[1] * players)
  order, orders = permutation(5, shape)
  moved_target = permuted["joint"](np.stack([target] * players), order, orders)

  def run(payoffs, target, size=None):
    mask = masks.full_strategy_mask(target.shape)
    if size is not None:
      payoffs, mask = games.pad(payoffs, size)
      target = games.pad_joint(target, size)
    arrays = [np.asarray(x, dtype) for x in (payoffs, target)]
    return np.asarray(applied(network)(variables, *arrays, mask))

  tolerance = {np.float64: (0, 1e-9), np.float32: (1e-4, 1e-6)}[dtype]
  agree = functools.partial(
    np.testing.assert_allclose, rtol=tolerance[0], atol=tolerance[1]
  )
  with jax.enable_x64(dtype == np.float64):
    plain = run(payoffs, target)
    padded = run(payoffs, target, side + 1)
    moved = run(
      permuted["joint"](payoffs, order, orders), moved_target[0], side + 1
    )
    shifted = run(by_player * (payoffs + 3), target, side + 1)
  assert plain.dtype == dtype
  assert (plain >= 0).all()
  assert plain.std() > 1e-2  # a constant would pass everything below
  inside = (slice(None),) + (slice(side),) * axes
  agree(padded[inside], plain)
  outside = padded.copy()
  outside[inside] = 0
  assert not outside.any()
  agree(moved, permuted["dual"](padded, order, orders, axes))
  agree(shifted * scale.reshape(-1, *[1] * axes), padded)
  mask = jnp.asarray(masks.full_strategy_mask(shape))
  assert (plain[~np.asarray(gains.dual_mask(mask, concept))] == 0).all()


def test_the_papers_network_on_cubes(random_network, permuted, x64):
  """Commutes where all players' strategies are permuted together."""
  config = nes.Config(
    inputs=("payoffs", "target_joint", "welfare", "target_epsilon"),
    maps="paper",
    **SMALL,
  )
  network, variables = random_network(config)
  rng = np.random.default_rng(0)
  payoffs, welfare = rng.normal(size=(2, 3, 3)), rng.normal(size=(3, 3))
  target, epsilon = joint_of(rng, (3, 3)), np.array([0.3, -0.2])

  @jax.jit
  def run(payoffs, target, welfare, epsilon):
    selection = Selection(target, epsilon, None, welfare, 2.0)
    return network.apply(variables, payoffs, selection)[0]

  plain = np.asarray(run(payoffs, target, welfare, epsilon))
  assert plain.std() > 1e-2
  order, together = np.array([1, 0]), [np.array([2, 0, 1])] * 2
  move = functools.partial(permuted["joint"], order=order, orders=together)
  moved = run(
    move(payoffs),
    move(np.stack([target] * 2))[0],
    move(np.stack([welfare] * 2))[0],
    epsilon[order],
  )
  expected = permuted["dual"](plain, order, together, 1)
  np.testing.assert_allclose(moved, expected, atol=1e-9)
  for position, other in enumerate((target.T, welfare.T, epsilon[order]), 1):
    changed = [payoffs, target, welfare, epsilon]
    changed[position] = other
    assert np.abs(run(*changed) - plain).max() > 1e-4  # every input is seen
  with pytest.raises(ValueError, match="need cubes"):
    network.apply(variables, np.ones((2, 2, 3)), MaximumEntropy())


@pytest.mark.parametrize(
  "options",
  [{"normalization": "batch"}, {"normalization": "game"}, TRANSFORMER],
  ids=["batch", "game", "transformer"],
)
def test_rows_do_not_influence_each_other(options, random_network):
  network, variables = random_network(
    nes.Config(inputs=("payoffs",), **{**SMALL, **options})
  )
  payoffs = (
    np.random.default_rng(0).normal(size=(4, 2, 3, 3)).astype(np.float32)
  )
  run = jax.jit(
    jax.vmap(lambda game: network.apply(variables, game, MaximumEntropy())[0])
  )
  other = payoffs.copy()
  other[1:] = payoffs[1:] * 7 + payoffs[:1]
  before, after = np.asarray(run(payoffs)), np.asarray(run(other))
  np.testing.assert_array_equal(before[0], after[0])
  assert np.abs(before[1:] - after[1:]).max() > 1e-3


def test_the_papers_network_has_its_number_of_parameters():
  parameters = nes.Network(nes.Config.paper()).variables_like().parameters
  linear = {
    layer: weights
    for layer, weights in parameters.items()
    if not layer.endswith("_norm")
  }
  assert sum(w.size for w in jax.tree.leaves(linear)) == 79_905
