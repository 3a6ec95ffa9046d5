"""What scripts/serve refuses before anything is set up."""

import os
import socket
import subprocess
from pathlib import Path

import pytest

SERVE = Path(__file__).resolve().parents[2] / "scripts" / "serve"


def serve(*arguments, **settings):
    return subprocess.run(
        [SERVE, *arguments],
        env={**os.environ, **settings},
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )


@pytest.mark.parametrize("workers", ["0", "x", "-1", "2.5", "100"])
def test_a_number_of_processes_that_cannot_be_is_refused(workers):
    done = serve("--workers", workers)
    assert done.returncode == 1
    assert "whole number from 1 to 64" in " ".join(done.stderr.split())


def test_help_lists_the_choices_and_starts_nothing():
    done = serve("--help")
    assert done.returncode == 0
    for choice in ("--port", "--host", "--workers", "ATLAS_PORT"):
        assert choice in done.stdout


@pytest.mark.parametrize(
    ("arguments", "port", "word"),
    [
        (["--port", "0"], "8000", "'0'"),
        (["--port=99999"], "8000", "'99999'"),
        (["--port", "8080x"], "8000", "'8080x'"),
        ([], "eighty", "'eighty'"),
        (["--port"], "8000", "needs a value"),
        (["--colour"], "8000", "not '--colour'"),
    ],
)
def test_a_choice_that_cannot_be_is_refused_in_a_sentence(arguments, port, word):
    done = serve(*arguments, ATLAS_PORT=port)
    assert done.returncode == 1
    assert word in " ".join(done.stderr.split())
    assert done.stdout == ""


def test_a_port_in_use_is_told_before_anything_is_set_up():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        done = serve("--port", str(port))
    assert done.returncode == 1
    assert f"--port {port % 65_535 + 1}" in " ".join(done.stderr.split())
