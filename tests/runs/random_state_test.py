# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""A restored random state draws what the interrupted run would have drawn."""

import random

import numpy as np
import pytest

from nes_spiel import runs

pytestmark = pytest.mark.usefixtures("global_draws")


def draw():
  """Returns draws of every kind from both generators."""
  return [
    *np.random.normal(size=3),
    *np.random.uniform(size=3),
    *np.random.choice(100, 3),
    *(random.gauss(0.0, 1.0) for _ in range(3)),
    *(random.random() for _ in range(3)),
    random.randrange(2**70),
  ]


# Both generators make two normal draws at once and keep the second.
@pytest.mark.parametrize("normals", [0, 1, 2, 3])
@pytest.mark.parametrize("words", [0, 1, 623, 624, 625])
def test_the_next_draws_are_the_same(normals, words, tmp_path):
  np.random.normal(size=normals)
  np.random.randint(2**31, size=words)
  for _ in range(normals):
    random.gauss(0.0, 1.0)
  for _ in range(words):
    random.getrandbits(32)
  state = runs.get_random_state()
  # Drawn first: the run-time type checks of the tests draw from `random` too.
  expected = draw()
  assert draw() != expected
  path = runs.save_checkpoint(tmp_path, 0, state, {})
  np.random.seed(99)
  random.seed(99)
  runs.set_random_state(runs.load_checkpoint(path)[0])
  assert draw() == expected


def test_reading_the_state_draws_nothing():
  runs.get_random_state()
  once = draw()
  np.random.seed(3)
  random.seed(4)
  assert draw() == once


def test_a_state_stays_as_it_was_when_read():
  state = runs.get_random_state()
  copied = {name: array.copy() for name, array in state.items()}
  draw()
  for name, array in copied.items():
    np.testing.assert_array_equal(state[name], array, err_msg=name)


@pytest.mark.filterwarnings("ignore:get_state and legacy")
def test_another_kind_of_generator_is_refused(monkeypatch):
  other = np.random.RandomState(np.random.PCG64(1))
  monkeypatch.setattr(np.random, "get_state", other.get_state)
  with pytest.raises(ValueError, match="MT19937 expected, got PCG64"):
    runs.get_random_state()
