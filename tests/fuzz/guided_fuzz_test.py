# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""No reader of files lets anything but a readable ValueError out."""

import os
import pathlib
import re
import subprocess
import sys

import pytest

pytestmark = pytest.mark.reference
SCRIPT = pathlib.Path(__file__).with_name("fuzz_files.py")


@pytest.mark.parametrize(
  ("reader", "inputs"),
  [("nfg", 10_000), ("tensors", 3000), ("model", 2000), ("value", 4000)],
)
def test_what_takes_new_paths_is_read_or_refused(reader, inputs, tmp_path):
  """Atheris starts from whole files, and ends at the first that is neither."""
  pytest.importorskip("atheris", reason="Atheris has no wheel for it")
  # The memory that libFuzzer sees is what the parent ever had.
  limits = ["-timeout=60", "-rss_limit_mb=0"]
  options = [f"-runs={inputs}", "-seed=1", *limits]
  done = subprocess.run(
    [sys.executable, SCRIPT, reader, tmp_path, *options],
    capture_output=True,
    text=True,
    check=False,
    env={**os.environ, "JAX_PLATFORMS": "cpu"},
  )
  assert done.returncode == 0, done.stderr[-3000:]
  assert f"Done {inputs} runs" in done.stderr
  covered = [int(x) for x in re.findall(r"cov: (\d+)", done.stderr)]
  assert covered[-1] > covered[0]  # it saw the code, and found its way
  print(f"{reader}: {inputs} inputs, {covered[-1]} edges")
