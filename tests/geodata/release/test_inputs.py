"""The id of a release: what changes it, and what does not."""

import dataclasses
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from geodata.layers.store import LayerStore
from geodata.release.inputs import METHOD_VERSION, Parameters, gather
from geodata.scoring.deposit_type import deposit_type_texts
from geodata.scoring.validation.argument_records import ArgumentRecords
from tests.geodata.release.fingerprint import STORED, Fingerprint
from tests.geodata.release.small_layers import BUNDLE

MODELS = deposit_type_texts()
PRINT_ID = """
from pathlib import Path
import sys
from geodata.layers.store import LayerStore
from geodata.release.inputs import Parameters, gather
from geodata.scoring.deposit_type import deposit_type_texts
store = LayerStore((Path(sys.argv[1]),))
print(gather(store, deposit_type_texts(), Parameters()).release_id)
"""


@pytest.fixture(scope="module")
def inputs():
    return gather(LayerStore((BUNDLE,)), MODELS, Parameters())


def test_results_change_only_with_the_version_of_the_method(tmp_path):
    stored, found = Fingerprint.stored(), Fingerprint.of_small_release(tmp_path)
    renew = f"run {STORED.with_suffix('.py').name}"
    assert found.inputs == stored.inputs, f"Models or layers are others now: {renew}."
    assert not found.changes(stored), (
        "The numbers of a release changed. If that is meant, raise METHOD_VERSION in "
        f"geodata/release/inputs.py, {renew} and tell users in CHANGELOG.md."
    )
    assert stored.method == METHOD_VERSION, f"The version was raised: {renew}."


def test_mended_words_in_the_code_keep_the_id(inputs, tmp_path):
    code = tmp_path / "geodata"
    shutil.copytree(BUNDLE.parent, code, ignore=shutil.ignore_patterns("__pycache__"))
    for path in ("scoring/mineral_system.py", "release/inputs.py", "raster/raster.py"):
        text = (code / path).read_text("utf-8")
        mended = re.sub(r'^"""', '"""Mended. ', text, count=1)
        assert mended != text
        (code / path).write_text(mended, "utf-8")
    done = subprocess.run(
        [sys.executable, "-c", PRINT_ID, BUNDLE],
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == inputs.release_id


@pytest.mark.parametrize(
    "change",
    [
        {"method": "another"},
        {"libraries": {"numpy": "0"}},
        {"layers": {}},
        {"examples": {}},
        {"records": ArgumentRecords(layers={}, by_type={})},
        {"learned": {}},
        {"parameters": Parameters(seed=1)},
        {"predecessor": "0123456789abcdef"},
        {"deposit_types": {**MODELS, "placer": MODELS["placer"] + "\n"}},
    ],
    ids=lambda change: next(iter(change)),
)
def test_every_input_changes_the_id(inputs, change):
    assert dataclasses.replace(inputs, **change).release_id != inputs.release_id


def test_the_id_is_sixteen_hexadecimal_digits_and_repeatable(inputs):
    again = gather(LayerStore((Path(BUNDLE),)), MODELS, Parameters())
    assert again.release_id == inputs.release_id
    assert re.fullmatch(r"[0-9a-f]{16}", inputs.release_id)


def test_the_id_tells_the_release_before_and_the_id_of_the_inputs_does_not(inputs):
    assert inputs.release_id == inputs.inputs_id
    after = dataclasses.replace(inputs, predecessor=inputs.release_id)
    assert after.inputs_id == inputs.inputs_id
    assert re.fullmatch(r"[0-9a-f]{16}", after.release_id)
    assert dataclasses.replace(after).release_id == after.release_id
