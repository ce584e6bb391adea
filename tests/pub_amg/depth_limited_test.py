# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Search to a horizon, with exact, learned and constant values there."""

import warnings

import jax
import numpy as np
import pyspiel
import pytest

from nes_spiel import pub_amg, runs
from nes_spiel.pub_amg import (
  descent,
  horizon,
  leaf_values,
  policies,
  value_examples,
  value_training,
)

ALPHA = 0.2
DICE = "liars_dice(dice_sides=2)"
GAMES = ["kuhn_poker", pytest.param(DICE, marks=pytest.mark.reference)]


def planned(game, planner):
  return pub_amg.correspondence(game, planner)


# Nobody folds or raises at first in Leduc poker: fewer actions than later.
@pytest.mark.parametrize("name", ["kuhn_poker", DICE, "leduc_poker"])
@pytest.mark.parametrize("time", [1, 2])
def test_a_game_that_is_cut_off(read_game, name, time):
  game = read_game(name)
  cut = horizon.cut_off(game, time)
  tree = cut.game.tree
  assert tree.time.max() == time
  # Every history of the whole game before the horizon, under the same name.
  earlier = game.tree.time[game.tree.decisions] < time
  assert len(tree.decisions) == earlier.sum()
  for player in (0, 1):
    strings = game.information_states[player].strings
    short = cut.game.information_states[player]
    assert [strings[row] for row in cut.rows[player]] == list(short.strings)
    np.testing.assert_array_equal(
      short.actions,
      game.information_states[player].actions[cut.rows[player]],
    )
  for public_state in range(cut.game.num_public_states):
    assert len(cut.game.histories(public_state)) == len(
      game.histories(public_state)
    )
  for row, public_state in enumerate(cut.public_states):
    exists = cut.histories[row] < len(game.tree.parent)
    np.testing.assert_array_equal(
      cut.histories[row][exists], game.histories(int(public_state))
    )
    nodes = cut.game.form.nodes[cut.leaves[row][exists]]
    np.testing.assert_allclose(
      tree.chance[nodes], game.tree.chance[cut.histories[row][exists]]
    )
    assert (tree.actor[nodes] == -4).all()  # where the game ends


@pytest.mark.parametrize("name", GAMES)
def test_leaves_are_worth_the_derivative_of_the_value(read_game, name, x64):
  """By differences of the exact value of beliefs, not at fixed policies."""
  game, rng = read_game(name), np.random.default_rng(0)
  planner = pub_amg.Planner(game, ALPHA)
  cut = horizon.cut_off(game, 1)
  form, leaf = leaf_values.roots_of(game, cut)
  weights = value_examples.random_weights(game, cut, rng)
  method = descent.make_method(pub_amg.MiniMaxEnt(), ALPHA, None)
  tables = policies.uniform(game)
  for row, public_state in enumerate(cut.public_states.tolist()):
    count = len(game.histories(public_state))
    belief = weights[row, :count]
    solved = planner.plan(pub_amg.PublicBelief(public_state, belief)).policies
    inside = game.subgame(public_state, belief).sides
    tables = tuple(
      np.where(inside[p].inside[:, None], solved[p], tables[p]) for p in (0, 1)
    )
  worth = leaf_values.values_under(form, leaf, weights, tables, method)
  for row, public_state in enumerate(cut.public_states.tolist()):
    count = len(game.histories(public_state))
    belief = weights[row, :count]
    value = planner.value(pub_amg.PublicBelief(public_state, belief))
    assert float(worth[row, :count] @ belief) == pytest.approx(value, abs=1e-9)
    step = 1e-4 * belief * rng.normal(size=count)
    up, down = (
      homogeneous(planner, public_state, belief + sign * step)
      for sign in (1, -1)
    )
    slope = float(worth[row, :count] @ step)
    assert (up - down) / 2 == pytest.approx(slope, rel=1e-3, abs=1e-9)


def homogeneous(planner, public_state, weights):
  """Returns the value of a belief times its probability."""
  total = weights.sum()
  state = pub_amg.PublicBelief(public_state, weights / total)
  return total * planner.value(state)


@pytest.mark.parametrize("name", GAMES)
@pytest.mark.parametrize("depth", [1, 2])
def test_with_exact_values_a_search_finds_the_equilibrium(
  read_game, name, depth
):
  """At an information state that is hardly reached a residual says little."""
  game = read_game(name)
  planner = pub_amg.DepthLimitedPlanner(game, ALPHA, depth)
  policy = policies.to_openspiel(game, planned(game, planner))
  assert pub_amg.exploitability(game, policy, ALPHA) < 1e-7


@pytest.mark.reference
def test_with_a_reference_too(read_game, random_policies):
  game = read_game("kuhn_poker")
  reference = tuple(np.exp(x) for x in random_policies(game, seed=3))
  objective = pub_amg.MiniMaxKL(reference)
  planner = pub_amg.DepthLimitedPlanner(game, ALPHA, 1, objective=objective)
  policy = policies.to_openspiel(game, planned(game, planner))
  assert pub_amg.exploitability(game, policy, ALPHA, objective) < 1e-7


@pytest.mark.reference
def test_a_learned_value_is_nearly_exact(read_game):
  """Of beliefs that training has not seen; and search with it is better."""
  game = read_game("kuhn_poker")
  examples = pub_amg.joined(pub_amg.collect(game, ALPHA, range(300)))
  network = pub_amg.BeliefNetwork(
    game.num_public_states, value_examples.most_histories(game), (64, 64)
  )
  losses = []
  with jax.numpy_dtype_promotion("standard"):  # optax's schedules need it
    value = pub_amg.fit(
      network,
      examples,
      1500,
      jax.random.key(0),
      batch=128,
      report=lambda step, loss: losses.append((step, loss)),
    )
  assert [step for step, _ in losses] == list(range(100, 1501, 100))
  assert losses[-1][1] < losses[0][1] / 4
  planner = pub_amg.Planner(game, ALPHA)
  seen = next(pub_amg.collect(game, ALPHA, [999]))
  errors = []
  for where, belief, values in zip(*seen, strict=True):
    count = len(game.histories(int(where)))
    state = pub_amg.PublicBelief(int(where), belief[:count])
    exact = planner.value(state)
    assert exact == pytest.approx(float(belief @ values), abs=1e-4)
    errors.append(abs(value(state) - exact))
  assert max(errors) < 0.1
  found = {}
  for name, values_at in (
    ("learned", value.values_at),
    ("constant", lambda *_: pub_amg.ConstantValues()),
  ):
    search = pub_amg.DepthLimitedPlanner(game, ALPHA, 1, values_at)
    with warnings.catch_warnings():  # learned values have no fixed point
      warnings.simplefilter("ignore")
      policy = policies.to_openspiel(game, planned(game, search))
    found[name] = pub_amg.exploitability(game, policy, ALPHA)
  assert found["learned"] < found["constant"] / 2


def test_examples_do_not_depend_on_what_was_drawn_before(read_game):
  game = read_game("kuhn_poker")
  several = list(pub_amg.collect(game, ALPHA, range(3), seed=5))
  alone = next(pub_amg.collect(game, ALPHA, [2], seed=5))
  for one, other in zip(several[2], alone, strict=True):
    np.testing.assert_array_equal(one, other)
  sums = [example.belief.sum(-1) for example in several]
  np.testing.assert_allclose(sums, 1, atol=1e-12)


def test_what_cannot_be_searched_is_refused(read_game):
  game = read_game("kuhn_poker")
  with pytest.raises(ValueError, match="depth: expected 1 or more, got 0"):
    pub_amg.DepthLimitedPlanner(game, ALPHA, 0)
  with pytest.raises(ValueError, match="alpha"):
    pub_amg.DepthLimitedPlanner(game, 0.0, 1)
  with pytest.raises(ValueError, match="max_sweeps: expected 1 or more, got 0"):
    pub_amg.DepthLimitedPlanner(game, ALPHA, 1, max_sweeps=0)
  with pytest.warns(UserWarning, match="Examples of kuhn_poker.* 3 sweeps"):
    next(pub_amg.collect(game, ALPHA, [0], max_sweeps=3))
  planner = pub_amg.DepthLimitedPlanner(game, ALPHA, 1, max_sweeps=20)
  (start,) = pub_amg.initial_beliefs(game)
  with pytest.warns(UserWarning, match="A search of kuhn_poker.* 20 sweeps"):
    planner(start.state)


def test_gradients_of_a_learned_value_reach_every_history(read_game):
  """The leaf values are the derivative of what `BeliefValue` returns."""
  game = read_game("kuhn_poker")
  network = pub_amg.BeliefNetwork(4, 6, (8,))
  value = pub_amg.BeliefValue(network, network.init(jax.random.key(0)))
  cut = horizon.cut_off(game, 1)
  rng = np.random.default_rng(0)
  weights = value_examples.random_weights(game, cut, rng).astype(np.float32)
  method = descent.make_method(pub_amg.MiniMaxEnt(), ALPHA, None)
  worth, _ = value.values_at(game, cut, method)(weights, ())
  # However unlikely a public state is: below what single precision holds.
  unlikely = weights * np.array([[1e-30], [0.0]], np.float32)
  rare, _ = value.values_at(game, cut, method)(unlikely, ())
  np.testing.assert_allclose(rare[0], worth[0], rtol=1e-4)
  assert np.isfinite(rare).all()
  with pytest.raises(ValueError, match=r"has 16 public states.* made for 4"):
    value.values_at(read_game(DICE), cut, method)
  for row, where in enumerate(cut.public_states.tolist()):
    belief = weights[row] / weights[row].sum()
    mean = value(pub_amg.PublicBelief(where, belief))
    assert float(worth[row] @ belief) == pytest.approx(mean, abs=1e-5)


@pytest.fixture(scope="module")
def small_fit():
  """A network for two public states, and made-up examples."""
  rng = np.random.default_rng(0)
  examples = pub_amg.Examples(
    rng.integers(2, size=40),
    rng.dirichlet(np.ones(3), 40),
    rng.normal(size=(40, 3)),
  )
  network = pub_amg.BeliefNetwork(2, 3, (8,))

  def fit(steps=200, **options):
    with jax.numpy_dtype_promotion("standard"):  # optax's schedules need it
      return pub_amg.fit(
        network, examples, steps, jax.random.key(0), batch=8, **options
      )

  return fit


def test_a_fit_that_was_stopped_ends_the_same(small_fit, tmp_path, monkeypatch):
  monkeypatch.setattr(value_training, "CHUNK", 50)
  monkeypatch.setattr(value_training, "SAVE_EVERY", 50)
  whole, stopped = small_fit(), tmp_path / "stopped"

  def stop(step, loss):
    if step == 100:
      raise KeyboardInterrupt

  with pytest.raises(KeyboardInterrupt):
    small_fit(folder=stopped, report=stop)
  assert len(runs.list_checkpoints(stopped)) == 1
  with pytest.raises(ValueError, match="holds a run"):
    small_fit(folder=stopped)
  with pytest.raises(ValueError, match=r"steps=300, but .* 200"):
    small_fit(300, folder=stopped, resume=True)
  resumed = small_fit(folder=stopped, resume=True)
  jax.tree.map(
    np.testing.assert_array_equal, resumed.parameters, whole.parameters
  )


def test_a_value_function_is_saved_and_loaded(small_fit, tmp_path):
  value, path = small_fit(), tmp_path / "value.safetensors"
  value.save(path)
  loaded = pub_amg.load_value(path)
  assert loaded.network == value.network
  state = pub_amg.PublicBelief(1, np.array([0.2, 0.8]))
  assert loaded(state) == value(state)
  runs.write_tensors(path, {}, {"widths": [3], "colour": 1})
  with pytest.raises(ValueError, match="holds no value function"):
    pub_amg.load_value(path)


@pytest.mark.usefixtures("unchecked")
def test_what_makes_no_leaf_values_is_refused(read_game):
  game = read_game("kuhn_poker")
  for wrong in (pub_amg.ConstantValues, pub_amg.ConstantValues()):
    with pytest.raises(ValueError, match="values_at: expected a function"):
      pub_amg.DepthLimitedPlanner(game, ALPHA, 1, wrong)
  with pytest.raises(ValueError, match="widths: expected a tuple"):
    pub_amg.BeliefNetwork(2, 3, [8])
  with pytest.raises(ValueError, match="game: expected a PublicGame"):
    pub_amg.Planner(pyspiel.load_game("kuhn_poker"), ALPHA)


def test_where_the_game_ends_within_the_depth_no_other_game_is_solved(
  read_game, monkeypatch
):
  """Least of all the whole one, which the depth is there to avoid."""
  game = read_game("kuhn_poker")
  search = pub_amg.DepthLimitedPlanner(game, ALPHA, 3)
  solved, descend = [], descent.descend

  def note(form, *rest):
    solved.append(form.chance)
    return descend(form, *rest)

  monkeypatch.setattr(descent, "descend", note)
  (start,) = pub_amg.initial_beliefs(game)
  after = pub_amg.successors(game, start.state, np.full((3, 2), 0.5))[0].state
  rule = search(after)
  assert len(solved) == 1
  assert (solved[0] == game.subgame(*after).chance).all()
  np.testing.assert_allclose(
    rule, pub_amg.Planner(game, ALPHA)(after), atol=1e-7
  )


@pytest.mark.usefixtures("unchecked")
def test_examples_that_do_not_fit_are_refused():
  network = pub_amg.BeliefNetwork(2, 3, (8,))
  belief = np.full((4, 3), 1 / 3)
  good = pub_amg.Examples(np.array([0, 1, 0, 1]), belief, belief)

  def fit(examples=good, **options):
    return pub_amg.fit(network, examples, 1, jax.random.key(0), **options)

  with pytest.raises(ValueError, match="network knows 0 to 1, got 2"):
    fit(good._replace(public_state=np.array([0, 2, 0, 1])))
  with pytest.raises(ValueError, match=r"examples.belief: .*\(4, 3\).* \(4, 2"):
    fit(good._replace(belief=belief[:, :2]))
  with pytest.raises(ValueError, match=r"examples.values: .* got \(3, 3\)"):
    fit(good._replace(values=belief[:3]))
  with pytest.raises(ValueError, match=r"learning_rate: .* above 0, got 0"):
    fit(learning_rate=0.0)
  value = pub_amg.BeliefValue(network, network.init(jax.random.key(0)))
  for state in (
    pub_amg.PublicBelief(2, np.ones(1)),
    pub_amg.PublicBelief(0, np.full(4, 0.25)),
  ):
    with pytest.raises(ValueError, match="public states 0 to 1 with up to 3"):
      value(state)
