"""The examples of docs/grids.md, run against a server."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser.conftest import serving

GUIDE = (Path(__file__).parents[2] / "docs" / "grids.md").read_text("utf-8")
HERE = "http://127.0.0.1:8000"
COMMANDS = [
    line
    for block in re.findall(r"```bash\n(.*?)```", GUIDE, re.DOTALL)
    for line in block.splitlines()
]
PROGRAMS = re.findall(r"```python\n(.*?)```", GUIDE, re.DOTALL)


@pytest.fixture(scope="module")
def base(release_home: Path) -> Iterator[str]:
    with serving(release_home) as address:
        yield address


def run(command: list[str], folder: Path) -> str:
    if shutil.which(command[0]) is None:
        pytest.skip(f"waits for {command[0]} (apt-get install curl gdal-bin)")
    told = subprocess.run(
        command,
        cwd=folder,
        check=True,
        capture_output=True,
        text=True,
        timeout=120,
        env={**os.environ, "no_proxy": "127.0.0.1"},
    )
    return told.stdout


@pytest.mark.parametrize("line", COMMANDS)
def test_a_command_of_the_guide_runs(base: str, tmp_path: Path, line: str) -> None:
    assert HERE in line
    told = run(shlex.split(line.replace(HERE, base)), tmp_path)
    assert told or any(path.stat().st_size for path in tmp_path.iterdir())


@pytest.mark.parametrize("text", PROGRAMS)
def test_a_program_of_the_guide_runs(base: str, tmp_path: Path, text: str) -> None:
    told = run([sys.executable, "-c", text.replace(HERE, base)], tmp_path)
    assert "highest favourability: 0." in told
