# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Checkpoints come back as they were, and a broken one says so."""

import numpy as np
import pytest
import safetensors.numpy

from nes_spiel import runs

ARRAYS = {
  "half": np.array([0.5, -2.0], np.float16),
  "single": np.array([[1e-38, np.inf], [-0.0, np.nan]], np.float32),
  "double": np.array([np.pi, 5e-324]),
  "whole": np.array([[-(2**62), 3]], np.int64),
  "words": np.array([2**32 - 1, 0], np.uint32),
  "truth": np.array([[True], [False]]),
  "empty": np.zeros((0, 3)),
}
VALUES = {
  "game": "kuhn_poker",
  "seed": 1,
  "tolerance": -1.0,
  "ignore_repeats": False,
  "nothing": None,
  "list": [1, "two"],
}


def test_arrays_and_values_come_back_as_they_were(tmp_path):
  path = runs.save_checkpoint(tmp_path / "new" / "folder", 7, ARRAYS, VALUES)
  arrays, values = runs.load_checkpoint(path)
  assert values == {"step": 7, **VALUES}
  assert set(arrays) == set(ARRAYS)
  for name, saved in ARRAYS.items():
    assert arrays[name].dtype == saved.dtype, name
    assert arrays[name].shape == saved.shape, name
    np.testing.assert_array_equal(arrays[name], saved, err_msg=name)
  assert np.signbit(arrays["single"][1, 0])  # -0.0


def test_shape_of_a_scalar_comes_back(tmp_path):
  path = runs.save_checkpoint(tmp_path, 0, {"x": np.array(2.5)}, {})
  arrays, _ = runs.load_checkpoint(path)
  assert arrays["x"].shape == ()
  assert arrays["x"] == 2.5


def test_views_are_written_in_their_own_order(tmp_path):
  array = np.arange(24.0).reshape(2, 3, 4)
  views = {
    "transposed": array.T,
    "strided": array[:, ::2, ::-1],
    "fortran": np.asfortranarray(array),
  }
  arrays, _ = runs.load_checkpoint(runs.save_checkpoint(tmp_path, 0, views, {}))
  for name, view in views.items():
    np.testing.assert_array_equal(arrays[name], view, err_msg=name)


def test_a_folder_stands_for_its_newest_checkpoint(tmp_path):
  for step in (9, 10, 100):  # not in the order of their decimals
    runs.save_checkpoint(tmp_path, step, {"x": np.array([step])}, {})
  arrays, values = runs.load_checkpoint(tmp_path)
  assert values["step"] == 100
  assert arrays["x"] == [100]


@pytest.mark.parametrize("keep", [1, 2, 5])
def test_only_the_newest_stay(tmp_path, keep):
  for step in range(4):
    runs.save_checkpoint(tmp_path, step, {}, {}, keep=keep)
  steps = [
    runs.load_checkpoint(path)[1]["step"]
    for path in runs.list_checkpoints(tmp_path)
  ]
  assert steps == [0, 1, 2, 3][-keep:]


def test_a_step_that_is_written_again_is_replaced(tmp_path):
  for value in (1.0, 2.0):
    runs.save_checkpoint(tmp_path, 3, {"x": np.array([value])}, {})
  assert len(runs.list_checkpoints(tmp_path)) == 1
  assert runs.load_checkpoint(tmp_path)[0]["x"] == [2.0]


def test_nothing_but_the_checkpoint_is_left_behind(tmp_path):
  path = runs.save_checkpoint(tmp_path, 1, ARRAYS, VALUES)
  assert list(tmp_path.iterdir()) == [path]


def test_an_interrupted_write_is_ignored(tmp_path):
  whole = runs.save_checkpoint(tmp_path, 1, {"x": np.ones(1)}, {})
  unfinished = tmp_path / "step_000000002.safetensors.unfinished"
  unfinished.write_bytes(whole.read_bytes()[:20])
  assert runs.list_checkpoints(tmp_path) == [whole]
  assert runs.load_checkpoint(tmp_path)[1]["step"] == 1
  runs.save_checkpoint(tmp_path, 2, {"x": np.zeros(1)}, {})
  assert runs.load_checkpoint(tmp_path)[1]["step"] == 2
  assert not unfinished.exists()


def test_a_failed_write_leaves_the_last_checkpoint_whole(tmp_path, monkeypatch):
  runs.save_checkpoint(tmp_path, 1, {"x": np.ones(1)}, {})

  def fail(tensors, path, metadata):
    path.write_bytes(b"half of")
    raise OSError("no space left on device")

  monkeypatch.setattr("nes_spiel.runs.tensor_files.save_file", fail)
  with pytest.raises(OSError, match="no space"):
    runs.save_checkpoint(tmp_path, 1, {"x": np.zeros(1)}, {})
  assert runs.load_checkpoint(tmp_path)[0]["x"] == [1.0]


@pytest.mark.parametrize("kept", [0, 5, 40, -1])
def test_a_truncated_checkpoint_is_named(tmp_path, kept):
  runs.save_checkpoint(tmp_path, 1, ARRAYS, VALUES)
  newest = runs.save_checkpoint(tmp_path, 2, ARRAYS, VALUES)
  newest.write_bytes(newest.read_bytes()[:kept])
  with pytest.raises(ValueError, match="not a whole file") as caught:
    runs.load_checkpoint(tmp_path)
  assert str(newest) in str(caught.value)


def test_another_safetensors_file_is_refused(tmp_path):
  for metadata in (None, {"format": "pt"}):
    path = tmp_path / "step_000000001.safetensors"
    safetensors.numpy.save_file({"x": np.ones(2)}, path, metadata=metadata)
    with pytest.raises(ValueError, match="not one of nes_spiel's") as caught:
      runs.load_checkpoint(path)
    assert str(path) in str(caught.value)


def test_an_empty_folder_is_named(tmp_path):
  (tmp_path / "gaps.png").write_bytes(b"")
  with pytest.raises(ValueError, match="no checkpoint in this folder") as error:
    runs.load_checkpoint(tmp_path)
  assert str(tmp_path) in str(error.value)
  assert runs.list_checkpoints(tmp_path) == []


def test_a_missing_path_is_named(tmp_path):
  missing = tmp_path / "step_000000001.safetensors"
  with pytest.raises(ValueError, match="no such file") as caught:
    runs.load_checkpoint(missing)
  assert str(missing) in str(caught.value)
  assert runs.list_checkpoints(tmp_path / "missing") == []


@pytest.mark.parametrize(("step", "keep"), [(-1, 3), (0, 0), (2, -1)])
def test_a_bad_step_or_keep_is_refused_before_writing(tmp_path, step, keep):
  with pytest.raises(ValueError, match=f"step={step}, keep={keep}"):
    runs.save_checkpoint(tmp_path / "folder", step, {}, {}, keep)
  assert not (tmp_path / "folder").exists()


def test_the_same_run_passes():
  runs.check_same_run({"step": 3, **VALUES}, VALUES)


@pytest.mark.parametrize(
  ("name", "wanted", "found"),
  [("seed", 2, "1"), ("game", "leduc_poker", "'kuhn_poker'")],
)
def test_another_run_is_refused_with_both_values(name, wanted, found):
  with pytest.raises(ValueError) as caught:
    runs.check_same_run({"step": 3, **VALUES}, {**VALUES, name: wanted})
  message = str(caught.value)
  assert f"{name}={wanted!r}" in message
  assert f"written with {found}" in message
  assert "another folder" in message


def test_an_option_that_the_checkpoint_lacks_is_refused():
  with pytest.raises(ValueError, match=r"rho=10\.0.*None"):
    runs.check_same_run(VALUES, {"rho": 10.0})
