# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Strict mode for every test, and what several tests share.

Shapes and dtypes in signatures are checked at run time, ranks and dtypes never
promoted silently. Fixtures that end in `_by_hand` are NumPy loops that follow
the definitions literally: what the library computes is compared with them.
"""

import gc
import itertools
import os
import pathlib
import random
import re
import subprocess
import sys

# LAPACK's threads spin beside XLA's: with more than one the solver's Cholesky
# factorisations take a hundred times longer as soon as two processes run.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import jax
import jaxtyping
import numpy as np
import pytest

jax.config.update("jax_numpy_rank_promotion", "raise")
jax.config.update("jax_numpy_dtype_promotion", "strict")
# What is annotated as an array of JAX is also called with NumPy's, by tests and
# by users; shapes and dtypes are checked all the same.
jaxtyping.Array = jax.Array | np.ndarray
jaxtyping.install_import_hook(
  # A function that takes a float takes an int (PEP 484).
  "nes_spiel",
  "beartype.beartype(conf=beartype.BeartypeConf(is_pep484_tower=True))",
)

MOST_MAPS = 20_000  # of the 65,530 memory maps that Linux grants a process
CHUNK = 16  # games per compiled call: one compilation per shape and concept


@pytest.fixture(autouse=True)
def compiled_code_is_released():
  """Compiled code goes when there is much of it.

  Every kernel that XLA compiles for a CPU takes memory maps: a process that
  keeps the code of hundreds of tests runs out of them and dies.
  """
  yield
  maps = pathlib.Path("/proc/self/maps")
  if maps.exists() and maps.read_bytes().count(b"\n") > MOST_MAPS:
    jax.clear_caches()
    gc.collect()


@pytest.fixture
def unchecked():
  """Run-time type checks off: what a user sees who has none."""
  jaxtyping.config.update("jaxtyping_disable", True)
  yield
  jaxtyping.config.update("jaxtyping_disable", False)


@pytest.fixture
def x64():
  """Double precision for one test."""
  with jax.enable_x64(True):
    yield


@pytest.fixture(scope="module")
def standard_promotion():
  """Optax multiplies floats by integers."""
  with jax.numpy_dtype_promotion("standard"):
    yield


@pytest.fixture
def global_draws():
  """Seeds the generators of NumPy and Python; puts back what they were."""
  numpy_state, python_state = np.random.get_state(), random.getstate()
  np.random.seed(3)
  random.seed(4)
  yield
  np.random.set_state(numpy_state)
  random.setstate(python_state)


@pytest.fixture
def registered(monkeypatch):
  """Registers our meta-solvers, in copies of OpenSpiel's tables."""
  from open_spiel.python.algorithms import jpsro
  from open_spiel.python.algorithms.psro_v2 import meta_strategies

  from nes_spiel import meta_solvers

  monkeypatch.setattr(jpsro, "FLAG_TO_FUNC", dict(jpsro.FLAG_TO_FUNC))
  monkeypatch.setattr(jpsro, "META_SOLVERS", jpsro.META_SOLVERS)
  methods = dict(meta_strategies.META_STRATEGY_METHODS)
  monkeypatch.setattr(meta_strategies, "META_STRATEGY_METHODS", methods)
  meta_solvers.register()


@pytest.fixture(scope="session")
def python_blocks():
  """Returns a function from a Markdown file to its blocks of Python."""

  def blocks(path):
    pattern = r"^```python\n(.*?)^```$"
    return re.findall(pattern, path.read_text(), re.MULTILINE | re.DOTALL)

  return blocks


@pytest.fixture
def quick_compilation(monkeypatch):
  """As `make test`, for processes that compile much and run little."""
  monkeypatch.setenv("JAX_DISABLE_MOST_OPTIMIZATIONS", "1")
  flags = "--xla_cpu_use_fusion_emitters=false "
  flags += "--xla_cpu_parallel_codegen_split_count=1"
  monkeypatch.setenv("XLA_FLAGS", flags)


@pytest.fixture
def run_program(tmp_path, quick_compilation):
  """Returns a function that runs Python in a new process, to success."""

  def run(program, *arguments):
    done = subprocess.run(
      [sys.executable, "-c", program, *arguments],
      cwd=tmp_path,
      capture_output=True,
      text=True,
      timeout=600,
      check=False,
    )
    assert done.returncode == 0, done.stderr

  return run


@pytest.fixture
def run_blocks(python_blocks, run_program):
  """Returns a function that runs a file's blocks in one new process."""
  return lambda path: run_program("\n".join(python_blocks(path)))


@pytest.fixture(scope="session")
def random_games():
  """Returns a function that draws games `[b, n, *a]`, standardised (L2)."""

  def draw(seed, batch, shape):
    rng = np.random.default_rng(seed)
    payoffs = rng.normal(size=(batch, len(shape), *shape))
    axes = tuple(range(2, payoffs.ndim))
    payoffs = payoffs - payoffs.mean(axes, keepdims=True)
    return payoffs / payoffs.std(axes, keepdims=True)

  return draw


@pytest.fixture(scope="session")
def random_joint():
  """Returns a function that draws a joint of the given shape."""

  def draw(seed, shape):
    joint = np.random.default_rng(seed).exponential(size=shape)
    return joint / joint.sum()

  return draw


@pytest.fixture(scope="session")
def gains_by_hand():
  """Returns a function for all players' deviation gains, from Eqs. 1 and 3.

  `[n, d, *a]` for CCE and `[n, d, d, *a]` for CE, zero beyond a player's own
  strategies.
  """

  def gains(payoffs, concept):
    shape = payoffs.shape[1:]
    n, d = len(shape), max(shape)
    out = np.zeros((n, d, *([d] if concept == "ce" else []), *shape))
    for p, joint in itertools.product(range(n), np.ndindex(*shape)):
      for deviation in range(shape[p]):
        left = (*joint[:p], deviation, *joint[p + 1 :])
        gain = payoffs[(p, *left)] - payoffs[(p, *joint)]
        if concept == "cce":
          out[(p, deviation, *joint)] = gain
        else:
          out[(p, deviation, joint[p], *joint)] = gain
    return out

  return gains


@pytest.fixture(scope="session")
def largest_gains_by_hand(gains_by_hand):
  """Returns a function for each player's largest expected gain `[n]`."""

  def largest(payoffs, joint, concept, deviations="pair"):
    table = gains_by_hand(payoffs, concept)
    best = []
    for p, k in enumerate(payoffs.shape[1:]):
      axes = tuple(range(-joint.ndim, 0))
      expected = (table[p] * joint).sum(axes)
      if concept == "cce":
        best.append(max(expected[:k]))
      elif deviations == "swap":
        best.append(expected[:k, :k].max(0).clip(0).sum())
      else:
        pairs = [expected[i, j] for i in range(k) for j in range(k) if i != j]
        best.append(max(pairs, default=0))
    return np.array(best)

  return largest


@pytest.fixture(scope="session")
def random_network():
  """Returns a function to a network whose every variable is random.

  First averages are 0 and 1, first biases 0: a test would not see them.
  """
  from nes_spiel import nes

  def build(config, seed=0):
    network, rng = nes.Network(config), np.random.default_rng(seed)

    def draw(path, leaf):
      name, shape = jax.tree_util.keystr(path), leaf.shape
      if "count" in name:
        value = np.ones(shape)
      elif "scale" in name or "variance" in name:
        value = rng.uniform(0.5, 1.5, shape)
      elif "bias" in name or "offset" in name or "mean" in name:
        value = 0.2 * rng.normal(size=shape) + ("output" in name)
      else:  # by fan-in, ten maps to a layer; what differs is in the last one
        maps = 1 if "output" in name else 10
        value = rng.normal(size=shape) / np.sqrt(maps * shape[0])
      return np.asarray(value, np.float32)

    like = network.variables_like()
    return network, jax.tree_util.tree_map_with_path(draw, like)

  return build


@pytest.fixture(scope="session")
def state():
  """Returns a function that states Eq. 6 for one game, in double precision."""
  from nes_spiel import equilibria

  compiled = jax.jit(
    lambda payoffs, selection, mask, concept: equilibria.standardized_problem(
      payoffs, selection, concept, mask
    )[0],
    static_argnums=3,
  )

  def build(payoffs, selection, concept, mask=None):
    with jax.enable_x64(True):
      selection = jax.tree.map(lambda x: np.asarray(x, np.float64), selection)
      problem = compiled(np.asarray(payoffs), selection, mask, concept)
      return jax.device_get(problem)

  return build


@pytest.fixture(scope="session")
def solve_problems():
  """Returns a function that solves problems of one shape and concept.

  It returns joints `[b, *a]`, epsilons `[b, n]` and the `DualSolution`, all
  with a leading batch axis, in NumPy; by the interior point, or from `starts`,
  duals for every problem. Chunks of one size keep the number of
  compilations at one per shape, concept and kind of epsilon.
  """
  from nes_spiel import equilibria

  def one(problem, tolerance, start):
    solution = equilibria.solve_dual(problem, tolerance, start=start)
    return (
      equilibria.primal_joint(problem, solution.duals),
      equilibria.primal_epsilon(problem, solution.duals),
      solution,
    )

  compiled = jax.jit(
    lambda problems, tolerance, starts: jax.vmap(
      lambda p, start: one(p, tolerance, start)
    )(problems, starts),
    static_argnums=1,
  )

  def solve(problems, tolerance=1e-10, starts=None):
    pieces = []
    with jax.enable_x64(True):
      for first in range(0, len(problems), CHUNK):
        chunk = list(problems[first : first + CHUNK])
        chunk += [chunk[-1]] * (CHUNK - len(chunk))
        stacked = jax.tree.map(lambda *leaves: np.stack(leaves), *chunk)
        begin = None
        if starts is not None:
          begin = np.resize(
            starts[first : first + CHUNK], (CHUNK, *starts[0].shape)
          )
        pieces.append(jax.device_get(compiled(stacked, tolerance, begin)))
    whole = jax.tree.map(lambda *leaves: np.concatenate(leaves), *pieces)
    return jax.tree.map(lambda leaf: leaf[: len(problems)], whole)

  return solve
