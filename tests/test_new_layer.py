"""A new layer is two files, as CONTRIBUTING.md says: tried on a copy of the tree."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
FEATURES = [
    {
        "type": "Feature",
        "properties": {"Name": name, "Temp": 54.5},
        "geometry": {"type": "Point", "coordinates": [lon, 43.0]},
    }
    for name, lon in (("Alma-Arasan", 76.9), ("", 77.5), ("Far away", -100.0))
]
ASK = """
import json, pathlib
from fastapi.testclient import TestClient
from app.main import create_app
from app.settings import Settings

with TestClient(create_app(Settings(home=pathlib.Path("home")))) as client:
    print(json.dumps({
        "collection": client.get("/api/collections/hot-springs").json(),
        "items": client.get("/api/collections/hot-springs/items").json()["features"],
        "page": client.get("/").text,
        "layers": client.get("/layers").text,
    }))
"""


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A copy of the project, with the files that the section's examples name."""
    for name in ("app", "geodata", "scripts"):
        shutil.copytree(
            ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__")
        )
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    section = text.partition("### A new layer\n")[2].partition("\n## ")[0]
    examples = re.findall(r"```\w+\n# (\S+)\n(.*?)```", section, re.DOTALL)
    assert len(examples) == 2
    for name, content in examples:
        assert not (tmp_path / name).exists()
        (tmp_path / name).write_text(content, encoding="utf-8")
    return tmp_path


def run(tree: Path, *arguments: str) -> str:
    """Run Python in the copy and return what it prints."""
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=tree,
        env={**os.environ, "PYTHONPATH": str(tree), "ATLAS_HOME": str(tree / "home")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_two_files_make_a_layer_that_is_ingested_released_and_drawn(tree: Path) -> None:
    folder = tree / "mirror" / "spring-survey"
    folder.mkdir(parents=True)
    text = json.dumps({"type": "FeatureCollection", "features": FEATURES})
    (folder / "springs.geojson").write_text(text, encoding="utf-8")
    run(tree, "scripts/ingest.py", "--layer", "hot-springs", "--mirror", "mirror")
    run(tree, "scripts/rank_prospects.py", "--cell-m", "50000", "--quiet")
    served = json.loads(run(tree, "-c", ASK))
    display = served["collection"]["display"]
    assert display["form"] == "points"
    assert display["style"]["colour"] == "#1f6f78"
    assert [item["properties"] for item in served["items"]] == [
        {"name": "Alma-Arasan", "temperature_c": 54.5},
        {"name": None, "temperature_c": 54.5},
    ]
    assert 'data-layer="hot-springs" data-overlay="points"' in served["page"]
    assert "where hot springs are on record" in served["layers"]
