# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Games without interior, scale or choice: finite answers, true residuals."""

import numpy as np
import pytest
from scipy import special

import nes_spiel
from nes_spiel import Status

RNG = np.random.default_rng(0)
PLAIN = RNG.normal(size=(2, 3, 3))
CLONES = PLAIN[:, [0, 0, 2]][:, :, [0, 1, 1]]
DOMINATED = PLAIN.copy()
DOMINATED[0, 2] = DOMINATED[0, 0] - [0.5, 1.0, 2.0]  # strictly
DOMINATED[1, :, 1] = DOMINATED[1, :, 0] - [0.0, 1.0, 0.0]  # weakly
ONE_CONSTANT = np.stack([PLAIN[0], np.full((3, 3), 2.0)])
GAMES = {
  "zero": np.zeros((2, 3, 3)),
  "constant": np.full((2, 3, 3), 1e6),
  "one player's are constant": ONE_CONSTANT,
  "constant up to rounding": 0.1 + 1e-17 * PLAIN,
  "dominated": DOMINATED,
  "clones": CLONES,
  "all strategies are clones": PLAIN[:, [1, 1, 1]],
  "tiny": 1e-6 * PLAIN,
  "huge": 1e6 * PLAIN,
  "tiny and huge": PLAIN * np.reshape([1e-6, 1e6], (2, 1, 1)),
  "a large offset": PLAIN + 1e6,
  "zero-sum": np.stack([PLAIN[0], -PLAIN[0]]),
  "common payoff": np.stack([PLAIN[0], PLAIN[0]]),
  "one spike": np.eye(18)[4].reshape(2, 3, 3) * 1e3,
  "one joint": RNG.normal(size=(3, 1, 1, 1)),
  "one player": RNG.normal(size=(1, 3)),
  "one player, one strategy": np.array([[5.0]]),
  "a player without a choice": RNG.normal(size=(2, 1, 3)),
}
SELECTIONS = {
  "ME": nes_spiel.MaximumEntropy(),
  "MU": nes_spiel.MaximumWelfare(),
  "MS": nes_spiel.MaximumStrength(),
}


def residual_by_hand(payoffs, selection, solution, concept, gains_by_hand):
  """The KKT residual of the duals returned, on the standardised scale.

  Restated from the definitions: Eq. 16, rho 1e4 or 10, max_epsilon sqrt|A|.
  """
  n, count = len(payoffs), payoffs[0].size
  axes = tuple(range(1, payoffs.ndim))
  centred = payoffs - payoffs.mean(axes, keepdims=True)
  flat = np.abs(payoffs).max(axes) * 8 * np.finfo(float).eps
  constant = np.abs(centred).max(axes) <= flat
  centred[constant] = 0
  scale = np.where(constant, 1, 1 / np.where(constant, 1, centred.std(axes)))
  standard = centred * scale.reshape(-1, *[1] * len(axes))
  strength = selection is SELECTIONS["MS"]
  rho, top = (10.0 if strength else 1e4), count**0.5
  target = -top if strength else 0.0
  welfare = payoffs.sum(0) - payoffs.sum(0).mean()
  if np.abs(welfare).max() <= 1e-9 * np.abs(payoffs).max():
    welfare = np.zeros_like(welfare)
  else:
    welfare = welfare / welfare.std()
  mu = 10.0 if selection is SELECTIONS["MU"] else 0.0
  table = gains_by_hand(standard, concept).reshape(n, -1, count)
  duals = solution.duals.reshape(n, -1) / scale[:, None]
  logits = mu * welfare.reshape(-1) - np.einsum("pk,pkj->j", duals, table)
  joint = special.softmax(logits)
  epsilon = top - (top - target) * np.exp(-duals.sum(1) / rho)
  gradient = epsilon[:, None] - table @ joint
  sizes = payoffs.shape[1:]
  exists = np.arange(max(sizes)) < np.reshape(sizes, (n, 1))
  if concept == "ce":
    diagonal = np.eye(max(sizes), dtype=bool)
    exists = exists[:, :, None] & exists[:, None] & ~diagonal
  violation = np.abs(np.minimum(duals, gradient))[exists.reshape(n, -1)]
  return violation.max(initial=0), joint.reshape(sizes), scale


@pytest.mark.parametrize("concept", ["ce", "cce"])
@pytest.mark.parametrize("name", GAMES)
def test_finite_with_a_true_residual(name, concept, gains_by_hand):
  payoffs = GAMES[name]
  for row, selection in SELECTIONS.items():
    if row == "MU" and payoffs.shape != PLAIN.shape:
      continue  # one more program to compile, and nothing new
    solution = nes_spiel.solve(payoffs, concept, selection)
    assert solution.status == Status.CONVERGED
    assert solution.residual <= 1e-9
    for field in ("joint", "epsilon", "duals", "gap_sum", "gap_sum_returned"):
      assert np.isfinite(getattr(solution, field)).all()
    np.testing.assert_allclose(solution.joint.sum(), 1, rtol=1e-12)
    residual, joint, scale = residual_by_hand(
      payoffs, selection, solution, concept, gains_by_hand
    )
    # Offsets of 1e6 leave payoffs an accuracy of 1e-10.
    rounding = 1e-8 if "offset" in name else 1e-10
    np.testing.assert_allclose(solution.residual, residual, atol=rounding)
    np.testing.assert_allclose(solution.joint, joint, atol=1e3 * rounding)
    # No gain exceeds the epsilon returned, in the caller's units.
    assert solution.gap_sum_returned <= 2e-9 * (1 / scale).sum()


def test_constant_games_are_played_uniformly():
  for name in ("zero", "constant", "constant up to rounding"):
    solution = nes_spiel.solve(GAMES[name], "cce")
    np.testing.assert_allclose(solution.joint, np.full((3, 3), 1 / 9))


def test_dominated_strategies_vanish():
  """In the prisoner's dilemma everybody defects, as far as rho forces it."""
  dilemma = nes_spiel.games.classics.prisoners_dilemma()
  defect = int(np.argmax(dilemma[0, :, 0]))
  last = 0.9
  for rho in (1e4, 1e6, 1e8):
    solution = nes_spiel.solve(
      dilemma, "cce", nes_spiel.MaximumEntropy(rho=rho)
    )
    assert solution.joint[defect, defect] > last
    last = solution.joint[defect, defect]
  assert last > 0.9999


def test_clones_are_played_alike():
  for concept in ("ce", "cce"):
    joint = nes_spiel.solve(GAMES["clones"], concept).joint
    np.testing.assert_allclose(joint[0], joint[1], atol=1e-8)
    np.testing.assert_allclose(joint[:, 1], joint[:, 2], atol=1e-8)
    assert np.ptp(joint) > 0.01


def test_one_player_takes_what_is_best():
  payoffs = np.array([[0.0, 1.0, 0.5]])
  solution = nes_spiel.solve(payoffs, "cce", nes_spiel.MaximumEntropy(rho=1e8))
  np.testing.assert_allclose(solution.joint, [0, 1, 0], atol=1e-5)
