"""The examples of docs/scripts.md, run against a server."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI

from tests.app.serving import serving

GUIDE = (Path(__file__).parents[2] / "docs" / "scripts.md").read_text("utf-8")
HERE = "http://127.0.0.1:8000"
RUN = {"bash": ["bash", "-euo", "pipefail", "-c"], "python": [sys.executable, "-c"]}
UNHEARD_OF = {"sql", "r"}
"""Languages of examples that nothing here can run; the guide says so."""

BLOCKS = re.findall(r"^## (.*?)$|^```(\w+)\n(.*?)^```", GUIDE, re.DOTALL | re.MULTILINE)


def examples() -> Iterator[tuple[str, str, str]]:
    """Give heading, language and text of each block."""
    heading = ""
    for title, language, text in BLOCKS:
        heading = title or heading
        if language:
            yield heading, language, text


RUNNABLE = [each for each in examples() if each[1] in RUN]


@pytest.fixture(scope="module")
def base(application: FastAPI) -> Iterator[str]:
    with serving(application) as port:
        yield f"http://127.0.0.1:{port}"


@pytest.mark.parametrize(
    ("heading", "language", "text"), RUNNABLE, ids=[f"{item[0]}" for item in RUNNABLE]
)
def test_an_example_runs(
    base: str, tmp_path: Path, heading: str, language: str, text: str
) -> None:
    if language == "bash" and shutil.which("curl") is None:
        pytest.skip("waits for curl (apt-get install curl)")
    assert HERE in text
    told = subprocess.run(
        [*RUN[language], text.replace(HERE, base)],
        cwd=tmp_path,
        check=False,
        capture_output=True,
        text=True,
        timeout=120,
        env={**os.environ, "no_proxy": "127.0.0.1"},
    )
    assert told.returncode == 0, f"{heading}: {told.stderr}"
    assert told.stdout.strip()
    assert all(path.stat().st_size for path in tmp_path.iterdir())


def test_a_page_walk_of_the_guide_brings_every_town(base: str, tmp_path: Path) -> None:
    text = next(text for _, _, text in RUNNABLE if "while" in text)
    command = [*RUN["bash"], text.replace(HERE, base).replace("limit=500", "limit=7")]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, timeout=120)
    pages = [path.read_text("utf-8") for path in tmp_path.glob("towns-*.geojson")]
    ids = [
        name for page in pages for name in re.findall(r'"geonames_id": ?(\d+)', page)
    ]
    matched = int(re.findall(r'"numberMatched": ?(\d+)', pages[0])[0])
    assert len(ids) == len(set(ids)) == matched


def test_the_default_limit_is_told_first() -> None:
    first = GUIDE.partition("\n\n")[2]
    assert first.startswith("**The default limit is 10**")


def test_what_never_ran_here_is_marked() -> None:
    for heading, language, _ in examples():
        section = GUIDE.partition(f"## {heading}\n")[2].partition("\n## ")[0]
        assert ("*Never run here*" in section) == (language in UNHEARD_OF), heading


def test_every_guide_is_linked_from_the_readme() -> None:
    readme = (Path(__file__).parents[2] / "README.md").read_text("utf-8")
    for path in (Path(__file__).parents[2] / "docs").glob("*.md"):
        assert f"docs/{path.name}" in readme
