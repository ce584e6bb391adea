# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Runs of learning agents: what they learn, modes, resuming, divergence."""

import dataclasses
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from nes_spiel import d3c
from nes_spiel.d3c import agent_steps, agent_training, envs
from nes_spiel.d3c.algorithm import Outcome

KEY = jax.random.key(0)
GAME = envs.make("trust_your_brother", normalized=True)
SHORT = {"batches": 40, "record_every": 10}
FAST = d3c.MixingOptions(step_size=10.0, tau_min=1, tau_max=3)


class Counted(NamedTuple):
  """What the algorithm below keeps."""

  batches: jax.Array
  luck: jax.Array
  received: jax.Array


@dataclasses.dataclass(frozen=True)
class Counting:
  """Counts batches; where luck is short it breaks in one.

  Attributes:
    breaks: in which batch.
  """

  breaks: int

  def start(self, game, key):
    n = game.num_agents
    return Counted(jnp.zeros(n), jax.random.uniform(key), jnp.zeros((n, n)))

  def learn(self, game, key, learned, received):
    rewards = jax.random.normal(key, (game.num_agents,))
    broken = (learned.batches[0] == self.breaks) & (learned.luck < 0.5)
    returns = jnp.where(broken, jnp.nan, received @ rewards)
    after = Counted(learned.batches + 1, learned.luck, received)
    return after, Outcome(returns, rewards)


def same_bits(left, right):
  jax.tree.map(np.testing.assert_array_equal, left, right)


def test_a_run_that_breaks_harms_no_other():
  def run(breaks):
    return d3c.train_agents(
      GAME, Counting(breaks), KEY, 8, options=FAST, **SHORT
    )

  whole, broken = run(99), run(23)
  stopped = broken.learned.luck < 0.5
  assert 0 < stopped.sum() < 8
  finished, diverged = d3c.TrainingStatus
  np.testing.assert_array_equal(
    broken.status, np.where(stopped, diverged, finished)
  )
  assert (whole.status == finished).all()
  # The last good state is that after 23 batches.
  batches = broken.learned.batches[:, 0]
  np.testing.assert_array_equal(batches, np.where(stopped, 23, 40))
  assert np.isnan(broken.total_return[stopped, 2:]).all()
  assert np.isfinite(broken.mixing_path).all()
  same_bits(broken.returns[:, :2], whole.returns[:, :2])
  for name in ("returns", "mixing_path", "attention"):
    ours, theirs = getattr(broken, name), getattr(whole, name)
    same_bits(ours[~stopped], theirs[~stopped])
  assert np.abs(whole.mixing - broken.mixing)[stopped].max() > 0


def test_agents_learn_from_what_others_give_them():
  """In the trial that is under way, with rows that are not symmetric."""
  setting = agent_steps.Setting(GAME, Counting(99), FAST, "d3c", (True, True))
  rows = jnp.array([[0.7, 0.3], [0.1, 0.9]])
  mixing = d3c.mixing_start(KEY, FAST, 2, mixing=rows)
  state = agent_steps.first_state(setting, KEY)._replace(mixing=mixing)
  after, brought = agent_steps.learn_batch(setting, KEY, state)
  received = after.learned.received
  for rewards in np.eye(2, dtype=np.float32):
    expected = d3c.mix_rewards(mixing, jnp.asarray(rewards))
    np.testing.assert_allclose(received @ rewards, expected, rtol=1e-6)
  np.testing.assert_allclose(received.sum(0), 1, rtol=1e-6)
  returns = after.mixing.mean_return.sum()
  np.testing.assert_allclose(returns, brought.returns.sum(), rtol=1e-5)


def test_rows_learn_from_differences_to_the_reference():
  options = d3c.MixingOptions(tau_min=9, tau_max=9, reference=5.0)
  setting = agent_steps.Setting(
    GAME, Counting(99), options, "d3c", (True, True)
  )
  rows = jnp.array([[0.7, 0.3], [0.1, 0.9]])
  mixing = d3c.mixing_start(KEY, options, 2, mixing=rows)
  state = agent_steps.first_state(setting, KEY)._replace(mixing=mixing)
  after, brought = agent_steps.learn_batch(setting, KEY, state)
  expected = 5 + np.exp(mixing.log_trial).T @ (np.asarray(brought.returns) - 5)
  np.testing.assert_allclose(after.mixing.mean_return, expected, rtol=1e-5)
  assert np.abs(after.mixing.mean_return - brought.mixed_returns).min() > 0.1


def test_fixed_modes_stay_what_they_are():
  def run(mode, opts_in=None):
    result = d3c.train_agents(
      GAME, Counting(99), KEY, 2, mode=mode, opts_in=opts_in, **SHORT
    )
    same_bits(result.mixing_path, np.repeat(result.mixing[:, None], 5, axis=1))
    return result

  selfish, cooperative = run("selfish"), run("cooperative")
  same_bits(selfish.mixing, [np.eye(2)] * 2)
  assert (selfish.attention == np.inf).all()
  np.testing.assert_allclose(cooperative.mixing, 0.5, rtol=1e-6)
  np.testing.assert_allclose(cooperative.attention, 0, atol=1e-6)
  alone = run("cooperative", opts_in=[True, False])
  same_bits(alone.mixing, selfish.mixing)


def test_mavericks_are_given_nothing():
  game = envs.make("coins")
  result = d3c.train_agents(
    game, Counting(99), KEY, opts_in=[False, True], options=FAST, **SHORT
  )
  same_bits(result.mixing, np.eye(2)[None])


def test_what_is_recorded():
  result = d3c.train_agents(GAME, Counting(99), KEY, 3, options=FAST, **SHORT)
  np.testing.assert_array_equal(result.batches, [0, 10, 20, 30, 40])
  assert result.returns.shape == (3, 4, 2)
  np.testing.assert_array_equal(result.total_return, result.returns.sum(-1))
  first = [[0.99, 0.01], [0.01, 0.99]]
  np.testing.assert_allclose(result.mixing_path[:, 0], [first] * 3, rtol=1e-5)
  same_bits(result.mixing_path[:, -1], result.mixing)
  assert np.abs(result.mixing[0] - result.mixing[1]).max() > 1e-3
  path = result.mixing_path
  attention = np.log(path[..., 0, 0] / path[..., 0, 1])
  np.testing.assert_allclose(result.attention[..., 0], attention, rtol=1e-3)


def test_one_compilation():
  compiled = agent_steps.compiled_batches()
  d3c.train_agents(GAME, Counting(98), KEY, 2, **SHORT)
  before = compiled._cache_size()
  longer = {**SHORT, "batches": 70}
  d3c.train_agents(GAME, Counting(98), jax.random.key(1), 2, **longer)
  assert compiled._cache_size() == before


def test_a_killed_training_goes_on_with_the_same_bits(tmp_path, monkeypatch):
  def run(**options):
    return d3c.train_agents(
      GAME, d3c.Reinforce(), KEY, 3, options=FAST, **{**SHORT, **options}
    )

  whole = run()
  saved = {"folder": tmp_path, "save_every": 20}
  with monkeypatch.context() as patch:
    steps, compiled = [], agent_steps.compiled_batches()

    def killed(*arguments):
      steps.append(1)
      if len(steps) == 4:
        raise KeyboardInterrupt
      return compiled(*arguments)

    patch.setattr(agent_training, "compiled_batches", lambda: killed)
    with pytest.raises(KeyboardInterrupt):
      run(**saved)
  with pytest.raises(ValueError, match="holds a run"):
    run(**saved)
  with pytest.raises(ValueError, match=r"options.tau_min='10', but .* '1'"):
    d3c.train_agents(
      GAME, d3c.Reinforce(), KEY, 3, resume=True, **SHORT, **saved
    )
  with pytest.raises(ValueError, match="has 20 already, got 10"):
    run(resume=True, **{**saved, "batches": 10})
  resumed = run(resume=True, **saved)
  same_bits(resumed, whole)
  # And prolonged, from its end.
  longer = run(resume=True, **{**saved, "batches": 60})
  same_bits(longer.returns[:, :4], whole.returns)
  same_bits(longer, run(batches=60))


@pytest.mark.usefixtures("unchecked")
def test_what_says_nothing_of_itself_is_not_saved(tmp_path):
  with pytest.raises(ValueError, match="algorithm: checkpoints need one that"):
    d3c.train_agents(GAME, _Plain(), KEY, folder=tmp_path, **SHORT)
  with pytest.raises(ValueError, match="algorithm: expected Algorithm, got"):
    d3c.train_agents(GAME, d3c.Reinforce, KEY, **SHORT)
  with pytest.raises(
    ValueError, match="game: expected Environment, got 'coins'"
  ):
    d3c.train_agents("coins", d3c.Reinforce(), KEY, **SHORT)
  with pytest.raises(ValueError, match="options: expected MixingOptions, got"):
    d3c.train_agents(GAME, d3c.Reinforce(), KEY, options=np.eye(2), **SHORT)


class _Plain:
  """An algorithm whose repr is an address."""

  start, learn = Counting.start, Counting.learn


def test_what_is_recorded_divides_the_batches():
  result = d3c.train_agents(GAME, Counting(99), KEY, batches=30)
  assert result.batches.tolist() == [0, 10, 20, 30]


def test_cooperation_is_learned_and_pays():
  def last_return(mode):
    result = d3c.train_agents(
      GAME, d3c.Reinforce(), KEY, 20, mode=mode, batches=400
    )
    return np.median(result.total_return[:, -1])

  assert last_return("cooperative") > -3.7
  assert last_return("selfish") < -4.4


@pytest.mark.parametrize(
  ("options", "message"),
  [
    ({"mode": "kind"}, r"mode: expected one of \['selfish', .*got 'kind'"),
    ({"runs": 0}, "runs: expected a whole number >= 1, got 0"),
    ({"batches": 0}, "batches: expected a whole number >= 1, got 0"),
    ({"record_every": 7}, "record_every: expected a divisor of 40 batches"),
    ({"save_every": 0}, "save_every: expected a whole number >= 1, got 0"),
    ({"opts_in": [True]}, "opts_in: expected 2 booleans"),
    ({"resume": True}, "folder: resume needs that of the checkpoints"),
  ],
)
def test_what_training_refuses(options, message):
  arguments = {"runs": 2, **SHORT, **options}
  with pytest.raises(ValueError, match=message):
    d3c.train_agents(GAME, Counting(99), KEY, **arguments)


@pytest.mark.reference
def test_agents_learn_to_trust_their_brother():
  """Figure 7, on 200 runs, each mode until it is settled.

  No policy has more than -1.
  """
  batches = {"selfish": 3000, "cooperative": 6000, "d3c": 8000}
  results = {
    mode: d3c.train_agents(
      GAME, d3c.Reinforce(), jax.random.key(1), 200, mode=mode, batches=count
    )
    for mode, count in batches.items()
  }
  medians = {
    mode: float(np.median(result.total_return[:, -1]))
    for mode, result in results.items()
  }
  attention = np.median(results["d3c"].attention.mean(-1), axis=0)
  print(f"medians {medians}, attention {attention[0]} to {attention[-1]}")
  assert all((result.status == 0).all() for result in results.values())
  assert medians["selfish"] <= -4.4
  assert -1.2 <= medians["cooperative"] <= -1
  assert -1.4 <= medians["d3c"] <= -1
  assert attention[0] > 4
  assert attention[-1] < -4
  # It is not the same as to start cooperative.
  early = np.median(results["d3c"].total_return[:, 9])
  assert early < -4.4
