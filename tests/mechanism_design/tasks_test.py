# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""What is designed does better than before, by an independent solver too."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import nes_spiel
from nes_spiel import games, mechanism_design
from nes_spiel.games import congestion

DILEMMA = games.classics.prisoners_dilemma()
OBSERVED = np.array([[0.3, 0.1, 0.05], [0.05, 0.2, 0.3]])
# What is reached, of what can be: the welfare of cooperation, the entropy that
# is explained, four drivers of 65 minutes each, two machines of 7 in all, and
# efforts that pay for themselves.
TASKS = {
  "transfers": lambda: mechanism_design.transfers(DILEMMA, 3.0),
  "inverse": lambda: mechanism_design.inverse_game(OBSERVED),
  "tolls": mechanism_design.tolls,
  "scheduling": mechanism_design.scheduling,
  "contract": mechanism_design.contract,
}
REACHED = {
  "transfers": (2.03, 5.99),
  "inverse": (-0.3, -0.02),
  "tolls": (-318.0, -268.0),
  "scheduling": (-5.0, -4.02),
  "contract": (2.26, 3.2),
}


@pytest.fixture(params=TASKS)
def task(request):
  return TASKS[request.param]()


def test_slopes_are_those_of_differences(task):
  """Where equilibria are smooth, at a small rho, in a random direction."""
  rng = np.random.default_rng(1)
  point = task.start + 0.05 * rng.uniform(0.5, 1, len(task.start))
  direction = rng.normal(size=len(point))
  with jax.enable_x64(True):
    objective = jax.jit(lambda x: task.objective(x, rho=20.0))
    slope = jax.jit(jax.grad(objective))(jnp.asarray(point)) @ direction
    ahead, behind = (
      float(objective(jnp.asarray(point + step * direction)))
      for step in (1e-5, -1e-5)
    )
  assert slope == pytest.approx((ahead - behind) / 2e-5, rel=1e-4, abs=1e-7)


@pytest.mark.reference
@pytest.mark.parametrize("name", TASKS)
def test_a_design_improves_and_keeps_to_its_set(name):
  task = TASKS[name]()
  found = mechanism_design.design_task(task)
  print(name, found.start_value, found.value, found.parameters.round(4))
  most_before, least_after = REACHED[name]
  assert found.start_value < most_before
  assert found.value > least_after
  _check_set(name, found.parameters)
  # CVXPY's solver has no part in the design.
  payoffs = np.asarray(task.payoffs(found.parameters), float)
  selection = nes_spiel.MaximumEntropy(rho=1e4)
  played = nes_spiel.solve(
    payoffs, task.concept, selection, method="cvxpy"
  ).joint
  seen = float(task.aim(jnp.asarray(found.parameters), jnp.asarray(played)))
  assert seen == pytest.approx(found.value, abs=2e-3 * abs(found.value) + 2e-3)


def _check_set(name, x):
  """Constraints written out once more."""
  if name == "transfers":
    paid = x.reshape(DILEMMA.shape)
    np.testing.assert_allclose(paid.sum(0), 0, atol=1e-6)
    assert np.abs(paid).max() <= 3 + 1e-6
  elif name == "inverse":
    assert np.abs(x).max() <= 1 + 1e-6
  elif name == "tolls":
    assert -1e-6 <= x.min() <= x.max() <= 50 + 1e-6
  elif name == "scheduling":
    assert x.min() >= -1e-6
    assert x.reshape(3, 2).sum(1).max() <= 4 + 1e-6
  else:
    assert x.min() >= -1e-6
    assert x[::2].sum() <= 10 + 1e-6


@pytest.mark.reference
def test_a_network_designs_too():
  """Its gradients lead up as well, by its own equilibrium."""
  task = mechanism_design.contract()
  found = mechanism_design.design_task(task, method="nes", max_steps=20)
  assert found.value > found.start_value + 0.1
  _check_set("contract", found.parameters)


@pytest.mark.usefixtures("unchecked")
def test_other_concepts_are_refused():
  with pytest.raises(ValueError, match=r"concept: expected .*, got 'ne'"):
    mechanism_design.tolls(2)._replace(concept="ne").joint(np.zeros(5))


def test_the_exact_solver_by_any_name_takes_rho():
  """ "auto" once went to the default's 1e4, whatever was asked."""
  task = mechanism_design.transfers(DILEMMA, 3.0)
  point = np.random.default_rng(0).normal(size=len(task.start))
  soft, exact = (task.joint(point, 10.0, name) for name in ("auto", "exact"))
  np.testing.assert_array_equal(soft, exact)
  assert np.abs(soft - task.joint(point, 1e4)).max() > 1e-3


def test_one_rho_is_designed_with_once():
  """The last rho also begins at the start, where a single one began."""
  task, steps = mechanism_design.contract(), []
  mechanism_design.design_task(
    task, rhos=(10.0,), max_steps=2, report=lambda step, _: steps.append(step)
  )
  assert len(steps) == len(set(steps))


def test_another_concept_may_be_played():
  for make in (mechanism_design.tolls, mechanism_design.scheduling):
    assert (make().concept, make(concept="ce").concept) == ("cce", "ce")
  assert mechanism_design.contract(concept="cce").concept == "cce"


def test_tolls_are_paid_on_top_of_delays():
  """A driver alone on the shortcut's road pays its toll, and nobody else."""
  task = mechanism_design.tolls(2)
  delays = congestion.route_costs(2, congestion.braess_network())
  tolled = -np.asarray(task.payoffs(jnp.array([0.0, 0.0, 0.0, 0.0, 7.0])))
  extra = tolled - delays
  shortcut = np.arange(3) == 2
  np.testing.assert_allclose(
    extra[0], np.where(shortcut, 7.0, 0)[:, None] + np.zeros(3)
  )
  np.testing.assert_allclose(extra[1], extra[0].T)


@pytest.mark.usefixtures("unchecked")
def test_bad_tasks_are_refused():
  for make, message in (
    (lambda: mechanism_design.transfers(DILEMMA, 0.0), "most: .* got 0.0"),
    (lambda: mechanism_design.inverse_game([0.5, 0.6]), "0.5 and a sum of 1.1"),
    (
      lambda: mechanism_design.scheduling([1.0]),
      "sizes, machines: .* got 1 and",
    ),
    (lambda: mechanism_design.contract([0.1, 2.0, 0.3]), "success: expected"),
    (lambda: mechanism_design.contract([0.1, np.nan, 1]), "success: expected"),
    (lambda: mechanism_design.contract(worth=-1.0), "worth: .* got -1.0"),
    (lambda: mechanism_design.scheduling(most=np.inf), "most: .* got inf"),
    (
      lambda: mechanism_design.scheduling([1.0, np.nan]),
      "sizes: every value must be finite",
    ),
    (lambda: mechanism_design.tolls(most=-1.0), "most: .* got -1.0"),
    (
      lambda: mechanism_design.design_task(mechanism_design.tolls(2), rhos=()),
      "rhos: expected at least one",
    ),
  ):
    with pytest.raises(ValueError, match=message):
      make()
