# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Marginals and their products, of NumPy's and JAX's joints alike."""

import jax.numpy as jnp
import numpy as np
import pytest

from nes_spiel.equilibria import joints


@pytest.mark.parametrize("kind", [np.asarray, jnp.asarray])
def test_marginals(kind):
  joint = kind(np.arange(6, dtype=np.float32).reshape(2, 3) / 15)
  expected = np.array([[3, 12, 0], [3, 5, 7]]) / 15
  out = joints.marginals(joint)
  assert isinstance(out, type(joint))
  np.testing.assert_allclose(out, expected, atol=1e-7)  # single precision
  wide = joints.marginals(joint[None], size=4, leading=1)
  np.testing.assert_allclose(
    wide, np.pad(expected, [(0, 0), (0, 1)])[None], atol=1e-7
  )


@pytest.mark.usefixtures("x64")
def test_product_of_marginals(random_joint):
  joint = random_joint(0, (2, 3, 2))
  a, b, c = joint.sum((1, 2)), joint.sum((0, 2)), joint.sum((0, 1))
  np.testing.assert_allclose(
    joints.product_of_marginals(jnp.asarray(joint)),
    np.einsum("i,j,k->ijk", a, b, c),
    atol=1e-15,
  )
  batch = np.stack([joint, joint[::-1]])
  np.testing.assert_allclose(
    joints.product_of_marginals(batch, leading=1)[1],
    np.einsum("i,j,k->ijk", a[::-1], b, c),
    atol=1e-15,
  )
