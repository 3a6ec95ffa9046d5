"""Layers made at setup: published, left alone when whole, mended when not."""

import dataclasses
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from geodata.ingestion.build import FROM_FILES, PLAN_FACT
from geodata.layers.model import VectorProduct
from geodata.layers.storage.manifest import MANIFEST
from geodata.layers.storage.publication import publish, stage
from geodata.layers.store import LayerStore
from geodata.sources import load_catalogue
from scripts.build_bundle import main

ROOT = Path(__file__).parents[2]
LAYER = "palaeolithology"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A home folder in which the layer was made, to be copied."""
    archive = load_catalogue().package("boucot").archive
    kept = Path(os.environ.get("ATLAS_HOME") or ROOT / "var") / "packages" / archive
    if not kept.is_file():
        reason = f"waits for the package {archive}, which scripts/setup brings"
        if os.environ.get("CI"):
            pytest.fail(f"CI must have this: {reason}", pytrace=False)
        pytest.skip(reason)
    home = tmp_path_factory.mktemp("made")
    (home / "packages").mkdir()
    (home / "packages" / archive).symlink_to(kept.resolve())
    done = run(home)
    assert done.exit_code == 0, done.stdout
    return home


@pytest.fixture
def home(made, tmp_path):
    return shutil.copytree(made, tmp_path / "home", symlinks=True)


COMMAND = typer.Typer()
COMMAND.command()(main)


def run(home, *options):
    """Run the command in this process: exit_code and stdout."""
    return CliRunner().invoke(
        COMMAND,
        ["--at-setup", "--layer", LAYER, *options],
        env={"ATLAS_HOME": str(home), "COLUMNS": "200"},
    )


def test_the_command_starts_and_tells_its_options():
    asked = subprocess.run(
        [sys.executable, ROOT / "scripts" / "build_bundle.py", "--help"],
        capture_output=True,
        check=True,
    )
    assert b"--at-setup" in asked.stdout


def files(home):
    return {
        path.name: (path.read_bytes(), path.stat().st_mtime_ns)
        for path in (home / "layers").iterdir()
    }


def opened(home):
    return LayerStore((home / "layers",))


def test_a_layer_made_at_setup_is_published_once(home):
    record = opened(home).provenance(LAYER)
    assert record.file.endswith(".parquet")
    assert record.extra[PLAN_FACT] == "packages"
    assert record.command.endswith(f"--layer {LAYER} --at-setup")
    assert len(opened(home).vector(LAYER).table) > 500
    before = files(home)
    again = run(home)
    assert again.exit_code == 0
    assert "All layers made at setup are in" in again.stdout
    assert files(home) == before
    checked = run(home, "--check")
    assert "same bytes" in checked.stdout
    assert files(home) == before


def test_a_damaged_layer_is_made_again_and_a_damaged_manifest_is_told(home):
    before = files(home)
    record = opened(home).provenance(LAYER)
    (home / "layers" / record.file).write_bytes(b"PAR1")
    assert run(home).exit_code == 0
    assert opened(home).content(LAYER) == before[record.file][0]
    (home / "layers" / MANIFEST).write_text("{")
    told = run(home)
    assert told.exit_code == 1
    assert "Move the file away" in told.stdout
    assert isinstance(told.exception, SystemExit)


def test_what_ingestion_made_is_left_alone_even_when_told_to_force(home):
    layer = opened(home).vector(LAYER)
    better = dataclasses.replace(
        layer.provenance,
        title="Better",
        command="python scripts/ingest.py",
        extra={PLAN_FACT: FROM_FILES},
    )
    product = VectorProduct(table=layer.table.head(3))
    publish(home / "layers", [stage(home / "layers", product, better)])
    for options in (("--force",), ("--check",)):
        done = run(home, *options)
        assert done.exit_code == 0, done.stdout
        assert "Left alone, made by scripts/ingest.py" in done.stdout
        assert opened(home).provenance(LAYER).title == "Better"
    names = json.loads((home / "layers" / MANIFEST).read_text())["layers"]
    assert list(names) == [LAYER]
