# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Environments by name."""

import inspect
from typing import Any

from nes_spiel.d3c.envs.cleanup import Cleanup
from nes_spiel.d3c.envs.coins import Coins
from nes_spiel.d3c.envs.environment import Environment
from nes_spiel.d3c.envs.harvest_patch import HarvestPatch
from nes_spiel.d3c.envs.trust_your_brother import TrustYourBrother
from nes_spiel.games import number_checks

_KINDS: dict[str, type[Environment[Any]]] = {
  "trust_your_brother": TrustYourBrother,
  "coins": Coins,
  "cleanup": Cleanup,
  "harvest_patch": HarvestPatch,
}
NAMES = tuple(_KINDS)


def make(name: str, preset: str = "paper", **changes: Any) -> Environment[Any]:
  """Returns an environment of the D3C paper.

  Args:
    name: one of `NAMES`.
    preset: "paper", or other options to start from: "small" maps for CPUs of
      "cleanup" and "harvest_patch", "restricted" for Appendix F.3's "cleanup".
    **changes: options of its own, see `TrustYourBrother`, `Coins`, `Cleanup`
      and `HarvestPatch`.

  Raises:
    ValueError: an unknown name, preset or option, or one out of its range.

  Example:
    >>> import jax
    >>> from nes_spiel.d3c import envs
    >>> game = envs.make("coins", episode_length=100)
    >>> keys = jax.random.split(jax.random.key(0), 1000)
    >>> observations, states = jax.vmap(game.reset)(keys)
    >>> actions = jax.numpy.zeros((1000, game.num_agents), int)
    >>> step = jax.jit(jax.vmap(game.step))
    >>> observations, states, rewards, done = step(keys, states, actions)
    >>> rewards.shape
    (1000, 2)
  """
  number_checks.check_choice("name", name, NAMES)
  kind = _KINDS[name]
  number_checks.check_choice("preset", preset, kind.PRESETS)
  known = inspect.signature(kind).parameters
  for option in changes:
    if option not in known:
      raise ValueError(
        f"{option}: no option of {name!r}, which has {sorted(known)}."
      )
  return kind(**{**kind.PRESETS[preset], **changes})
