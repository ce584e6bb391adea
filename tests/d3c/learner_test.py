# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Steps of learning: what every one conserves, and what modes do."""

import dataclasses
import math

import hypothesis
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import strategies as st
from random_games import random_quadratic, worked_example

from nes_spiel import d3c
from nes_spiel.d3c import games, learner, mixings
from nes_spiel.d3c.modes import MODES

EVERYONE = d3c.Population((True,) * 4, (True,) * 4)


def path(game, mode, recipe, population, steps, seed=0):
  """All states of one run, the first included."""
  state = d3c.initial_state(
    game.start(jax.random.key(seed)), mode, recipe, population
  )

  @jax.jit
  def follow(state):
    def advance(state, _):
      after = d3c.step(game, mode, recipe, population, state)
      return after, after

    return jax.lax.scan(advance, state, None, length=steps)[1]

  return follow(state)


@hypothesis.settings(max_examples=15, deadline=None, derandomize=True)
@hypothesis.given(
  seed=st.integers(0, 10_000),
  rate=st.sampled_from([0.01, 1.0, 100.0]),
  kl_weight=st.sampled_from([0.0, 1e-3]),
  mode=st.sampled_from(["d3c", "original_loss", "cooperative"]),
  missing=st.sampled_from([None, 0, 3]),
)
def test_budget_is_balanced_at_every_step(seed, rate, kl_weight, mode, missing):
  """Rows stay distributions, and what agents receive adds up to what there is.

  In float64 to rounding; in games with conflict, whose A moves.
  """
  with jax.enable_x64(True):
    game = random_quadratic(0, agents=4, size=1)
    recipe = d3c.Recipe(0.01, rate, 0.1, kl_weight=kl_weight)
    opts_in = tuple(agent != missing for agent in range(4))
    population = d3c.Population(opts_in, EVERYONE.moves)
    states = path(game, MODES[mode], recipe, population, 50, seed)
    rows = np.exp(states.log_mixing)
    np.testing.assert_allclose(rows.sum(2), 1, rtol=1e-12)
    losses = jax.vmap(game.losses)(states.strategies)
    received = np.einsum("tki,tk->ti", rows, losses)
    np.testing.assert_allclose(received.sum(1), losses.sum(1), rtol=1e-12)
    if missing is not None:
      alone = np.tile(np.eye(4)[missing], (50, 1))
      np.testing.assert_array_equal(rows[:, missing], alone)
      np.testing.assert_array_equal(rows[:, :, missing].sum(1), 1)


def example_to_learn():
  """Returns the example, a recipe, both agents, and where they stand."""
  game, strategies, mixing = worked_example()
  state = d3c.State(
    strategies, jnp.log(mixing), jnp.asarray(0), jnp.asarray(True)
  )
  population = d3c.Population((True, True), (True, True))
  return game, d3c.Recipe(0.1, 0.1, 0.0), population, state


def test_one_step_by_hand(x64):
  """The worked example, with epsilon 0: agent 2 improves, and keeps its row."""
  game, recipe, population, state = example_to_learn()
  mixing = np.exp(state.log_mixing)
  after = d3c.step(game, MODES["d3c"], recipe, population, state)
  np.testing.assert_allclose(after.strategies, [[0.235], [0.43]])
  first = mixing[0] * np.exp(-0.1 * np.array([0.55, -0.7]))
  expected = np.stack([first / first.sum(), mixing[1]])
  np.testing.assert_allclose(np.exp(after.log_mixing), expected)
  # With epsilon its rate of -0.3175 is no longer good enough.
  recipe = dataclasses.replace(recipe, epsilon=0.4)
  after = d3c.step(game, MODES["d3c"], recipe, population, state)
  second = mixing[1] * np.exp(-0.1 * np.array([-1.725, -1.175]))
  np.testing.assert_allclose(np.exp(after.log_mixing[1]), second / second.sum())


def test_logits_are_clipped_and_kl_draws_back(x64):
  game = games.prisoners_dilemma(2)
  population = d3c.Population((True, True), (True, True))
  hasty = d3c.Recipe(0.1, 1e6, 1.0, lowest=-5.0, highest=5.0)
  states = path(game, MODES["d3c"], hasty, population, 20)
  least = 1 / (1 + math.exp(10))  # of logits -5 and 5
  assert np.exp(states.log_mixing).min() >= least - 1e-12
  drawn = d3c.Recipe(0.1, 0.1, 0.0, kl_weight=10.0)
  states = path(game, MODES["d3c"], drawn, population, 200)
  assert np.exp(states.log_mixing)[-1].diagonal().min() > 0.99


def test_an_agent_that_keeps_nothing_is_no_division_by_zero():
  """Logits far below what exp can hold, in single precision."""
  game = games.prisoners_dilemma(2)
  population = d3c.Population((True, True), (True, True))
  recipe = d3c.Recipe(0.1, 1e4, 1.0)
  states = path(game, MODES["original_loss"], recipe, population, 50)
  assert states.finite.all()
  assert np.exp(states.log_mixing).min() == 0
  np.testing.assert_allclose(np.exp(states.log_mixing).sum(2), 1, rtol=1e-5)


def test_what_diverged_does_not_go_on():
  """Though the step itself would be finite."""
  game, recipe, population, state = example_to_learn()
  diverged = state._replace(finite=jnp.asarray(False))
  after = d3c.step(game, MODES["d3c"], recipe, population, diverged)
  assert not after.finite
  np.testing.assert_array_equal(after.strategies, state.strategies)
  np.testing.assert_array_equal(after.log_mixing, state.log_mixing)


def test_scale_free_learning_does_not_see_units(x64):
  """The same mixings where all losses are in units a thousandth as large."""
  game = random_quadratic(1, agents=3, size=1)
  population = d3c.Population((True,) * 3, (True,) * 3)
  scaled = dataclasses.replace(
    game, parameters=tuple(1000 * x for x in game.parameters)
  )
  recipe = d3c.Recipe(1e-2, 0.1, 0.1, scale_free=True)
  fine = dataclasses.replace(recipe, step_size=1e-5)
  one = path(game, MODES["d3c"], recipe, population, 30)
  other = path(scaled, MODES["d3c"], fine, population, 30)
  np.testing.assert_allclose(one.log_mixing, other.log_mixing, rtol=1e-9)
  plain = d3c.Recipe(1e-2, 0.1, 0.1)
  third = path(game, MODES["d3c"], plain, population, 30)
  assert np.abs(third.log_mixing - one.log_mixing).max() > 1e-3


def test_scale_free_rows_move_by_rates_over_squared_derivatives(x64):
  """The worked example again: rates and gradients over sums of squares."""
  game, recipe, population, state = example_to_learn()
  change = learner.observe(game, MODES["d3c"], population, state)
  squares = np.square(change.jacobian).sum((1, 2))
  assert np.abs(squares - 1).min() > 0.1
  rates, _ = MODES["d3c"].rates(change)
  # Enough for the second rate over its square, too little for the rate.
  between = -(rates[1] + rates[1] / squares[1]) / 2

  def gradient(**changes):
    return learner.mixing_gradient(
      change,
      MODES["d3c"].rates,
      dataclasses.replace(recipe, **changes),
      state.log_mixing,
      state.step,
    )

  plain = gradient(epsilon=0.4)
  assert (np.abs(plain).max(1) > 0).all()
  assert (gradient(epsilon=float(between))[1] == 0).all()
  free = gradient(epsilon=float(between), scale_free=True)
  np.testing.assert_allclose(free, plain / squares[:, None], rtol=1e-9)


def test_attention_is_the_mean_over_those_who_are_given_to(x64):
  rows = np.array([[0.6, 0.3, 0.1], [0.0, 1.0, 0.0], [0.5, 0.0, 0.5]])
  with np.errstate(divide="ignore"):
    seen = learner.attention(jnp.asarray(np.log(rows)))
  given = (np.log(0.6 / 0.3) + np.log(0.6 / 0.1)) / 2
  np.testing.assert_allclose(seen, [given, np.inf, 0], atol=1e-12)


def test_annealed_epsilon_ends_at_zero(x64):
  game = games.prisoners_dilemma(2)
  change = d3c.local_change(
    game.losses, jnp.full((2, 1), 0.6), jnp.full((2, 2), 0.5)
  )
  log_mixing = jnp.log(jnp.full((2, 2), 0.5))
  recipe = d3c.Recipe(epsilon=1.0, steps=100, annealed=True)

  def gradient(step):
    return learner.mixing_gradient(
      change, MODES["d3c"].rates, recipe, log_mixing, jnp.asarray(step)
    )

  # Both improve: only epsilon keeps them shifting.
  assert np.abs(gradient(0)).max() > 0
  np.testing.assert_array_equal(gradient(100), 0)


@pytest.mark.parametrize("mode", ["d3c", "original_loss"])
def test_nobody_steers_the_motionless(mode, x64):
  """Agent 1 stands still, so its field is 0, and no row turns it."""
  game = random_quadratic(0)
  population = d3c.Population((True,) * 3, (True, False, True))
  recipe, start = d3c.Recipe(own_share=0.8), game.start(jax.random.key(0))
  state = d3c.initial_state(start, MODES[mode], recipe, population)
  change = learner.observe(game, MODES[mode], population, state)
  np.testing.assert_array_equal(change.field[1], 0)
  gradients = np.asarray(MODES[mode].rates(change)[1])
  np.testing.assert_array_equal(gradients[[0, 2], 1], 0)
  assert np.abs(gradients[[0, 2], [2, 0]]).min() > 0


@pytest.mark.parametrize("mode", ["look_ahead", "lola"])
def test_who_does_not_move_looks_nowhere(mode, x64):
  game = random_quadratic(0)
  x, moves = game.start(jax.random.key(0)), jnp.array([True, False, True])
  change = d3c.local_change(game.losses, x, jnp.eye(3), moves)
  field = np.asarray(MODES[mode].field(game.losses, x, change, 0.1))
  np.testing.assert_array_equal(field[1], 0)
  assert np.abs(field[[0, 2]]).min() > 0


def test_mavericks_keep_their_loss():
  allowed = d3c.Population((True, False, True), (True,) * 3).allowed()
  np.testing.assert_array_equal(allowed, [[1, 0, 1], [0, 1, 0], [1, 0, 1]])
  first = mixings.mostly_own(allowed, 0.9)
  np.testing.assert_allclose(
    first, [[0.9, 0, 0.1], [0, 1, 0], [0.1, 0, 0.9]], atol=1e-7
  )


def test_altruism_has_columns_on_the_simplex(x64):
  game = random_quadratic(0, agents=4, size=1)
  states = path(game, MODES["altruism"], d3c.Recipe(0.01, 1.0), EVERYONE, 50)
  columns = np.exp(states.log_mixing).sum(1)
  np.testing.assert_allclose(columns, 1, rtol=1e-12)
  assert np.abs(np.exp(states.log_mixing).sum(2) - 1).max() > 1e-3


def lola_by_hand(game, x, rate):
  """Each agent's derivative of its loss after the others' step, in scalars."""

  def after(own, agent):
    y = x.at[agent, 0].set(own)
    other = 1 - agent
    gradient = jax.grad(lambda z: game.losses(y.at[other, 0].set(z))[other])
    step = gradient(y[other, 0])
    return game.losses(y.at[other, 0].add(-rate * step))[agent]

  return [[jax.grad(after)(x[agent, 0], agent)] for agent in (0, 1)]


def test_lola_differentiates_through_the_others_step(x64):
  game = random_quadratic(2, agents=2, size=1)
  x = game.start(jax.random.key(0))
  change = d3c.local_change(game.losses, x, jnp.eye(2))
  found = MODES["lola"].field(game.losses, x, change, 0.1)
  np.testing.assert_allclose(found, lola_by_hand(game, x, 0.1), rtol=1e-9)
  ahead = MODES["look_ahead"].field(game.losses, x, change, 0.1)
  moved = x - 0.1 * change.field
  expected = [
    jax.jacrev(game.losses)(moved.at[agent].set(x[agent]))[agent, agent]
    for agent in (0, 1)
  ]
  np.testing.assert_allclose(ahead, expected, rtol=1e-9)
  assert np.abs(np.array(found) - ahead).max() > 1e-3


def test_fixed_mixings(x64):
  np.testing.assert_allclose(
    d3c.team_spirit(4, 0.5), np.full((4, 4), 0.125) + 0.5 * np.eye(4)
  )
  np.testing.assert_allclose(d3c.team_spirit(3, 1.0), d3c.cooperative(3))
  # One agent as kind as can be, one selfish: what each receives, before and
  # after the rows are brought back to the budget.
  free = d3c.social_value_orientation([math.pi / 2, 0.0], balanced=False)
  np.testing.assert_allclose(free, [[0, 0], [1, 1]], atol=1e-12)
  balanced = d3c.social_value_orientation([math.pi / 4] * 3)
  np.testing.assert_allclose(balanced.sum(1), 1)
  half = 1 / 2
  np.testing.assert_allclose(
    balanced, half * np.eye(3) + half / 2 * (1 - np.eye(3))
  )


@pytest.mark.parametrize(
  ("make", "message"),
  [
    (lambda: d3c.team_spirit(2, 1.5), "spirit: expected 0 to 1, got 1.5"),
    (lambda: d3c.social_value_orientation([0.1]), "two or more"),
    (lambda: d3c.social_value_orientation([2.0, 0.0]), "0 to pi / 2"),
    (lambda: d3c.social_value_orientation([math.pi / 2, 0]), "agent 0.s loss"),
    (lambda: d3c.fixed(-jnp.eye(2), balanced=False), "smallest entry is -1.0"),
    (lambda: mixings.check_mixing(jnp.eye(2), 3), r"\(3, 3\), got \(2, 2\)"),
    (lambda: d3c.fixed(jnp.eye(2) * 2), "every row.*misses one by 1"),
    (lambda: d3c.fixed(jnp.array([[2.0, -1.0], [0, 1]])), "smallest.*-1.0"),
    (lambda: d3c.Recipe(step_size=-1.0), "step_size: expected.*got -1.0"),
    (lambda: d3c.Recipe(mixing_step_size=np.inf), "mixing_step_size:.*inf"),
    (lambda: d3c.Recipe(epsilon=float("nan")), "epsilon: .*nan"),
    (lambda: d3c.Recipe(own_share=1.0), "own_share: .*got 1.0"),
    (lambda: d3c.Recipe(steps=0), "steps: expected a whole.* >= 1, got 0"),
    (lambda: d3c.Recipe(steps=100.0), "steps: expected a whole.*got 100.0"),
    (lambda: d3c.Recipe(step_size="x"), "step_size: expected a.*got 'x'"),
    (lambda: d3c.Recipe(annealed=1), "annealed: expected True or False, got 1"),
    (lambda: d3c.Recipe(lowest=1.0), "either side of 0, got 1.0"),
  ],
)
def test_what_cannot_be(make, message, unchecked):
  with pytest.raises(ValueError, match=message):
    make()
