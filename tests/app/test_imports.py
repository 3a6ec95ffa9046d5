"""Tests of what a server loads: a release is opened without what builds one."""

import subprocess
import sys

BUILDS = ("sources", "readers", "ingestion", "layers", "prospects")
HEAVY = ("matplotlib", "scipy.stats")


def loaded(module: str) -> list[str]:
    """Return the modules that a fresh Python has after importing one."""
    code = f"import sys, {module}; print(*sys.modules, sep='\\n')"
    done = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True
    )
    return done.stdout.split()


def test_a_server_loads_at_most_eighty_modules_of_the_science():
    modules = loaded("app.main")
    ours = [name for name in modules if name.startswith("geodata")]
    assert len(ours) <= 80, len(ours)
    for name in ours:
        assert not name.startswith(tuple(f"geodata.{part}" for part in BUILDS)), name
    assert not set(modules) & set(HEAVY)
    assert "geodata.release.build" not in ours


def test_to_open_a_release_loads_no_connection():
    modules = loaded("geodata.release")
    assert not [name for name in modules if name.startswith(("urllib3", "matplotlib"))]
