"""The project keeps its own promises: names, sizes, pins and documents."""

import os
import re
import socket
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import NetworkRefusedError, skip_or_fail

ROOT = Path(__file__).resolve().parent.parent
LOCKS = ("requirements.lock", "requirements-dev.lock")
LONGEST_MODULE_LINES = 300
LARGEST_BUNDLE_BYTES = 6_000_000
SCRIPTS = ("scripts/setup", "scripts/serve", "scripts/test", "scripts/check", ".ci/run")


@pytest.fixture(scope="module")
def files() -> list[Path]:
    """Every file of the project: what git tracks or would."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    if listed.returncode != 0:
        skip_or_fail("waits for a git clone, in which the project's files are known")
    names = [name for name in listed.stdout.decode().split("\0") if name]
    return [ROOT / name for name in names if (ROOT / name).is_file()]


def registry_hosts() -> Iterator[str]:
    """Hosts no file may name; joined from pieces so that this one does not."""
    yield from (
        ".".join(pieces)
        for pieces in (
            ("pypi", "org"),
            ("files", "pythonhosted", "org"),
            ("registry", "npmjs", "org"),
            ("npmjs", "com"),
            ("deb", "debian", "org"),
            ("crates", "io"),
        )
    )
    clients = (
        [sys.executable, "-m", "pip", "config", "list"],
        ["npm", "config", "get", "registry"],
    )
    for command in clients:
        try:
            done = subprocess.run(command, capture_output=True, text=True, check=False)
        except OSError:
            continue
        yield from re.findall(r"https?://(?:[^/@\s']*@)?([^/:\s']+)", done.stdout)


def machine_paths() -> Iterator[str]:
    """Folders of the machine the tests run on that no file has reason to name."""
    for folder in (ROOT.parent, Path.home()):
        if folder not in {Path(name) for name in ("/", "/app", "/home", "/opt")}:
            yield f"{folder}/"


def test_no_file_names_a_registry_host_or_a_path_of_this_machine(files):
    forbidden = {
        *(host.encode() for host in registry_hosts()),
        *(path.encode() for path in machine_paths()),
    } - {b"localhost", b"127.0.0.1"}
    found = [
        (str(path.relative_to(ROOT)), word.decode())
        for path in files
        for word in forbidden
        if word in path.read_bytes()
    ]
    assert found == []


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_pins_and_hashes_everything_and_names_no_address(lock):
    text = (ROOT / lock).read_text(encoding="utf-8")
    requirements = re.findall(r"(?ms)^[a-z0-9].*?(?=^[a-z0-9]|\Z)", text)
    assert "://" not in text
    assert not re.search(r"(?m)^\s*(-|/|\.)(?!-hash)", text)
    assert len(requirements) > 40
    for requirement in requirements:
        assert re.match(r"[a-z0-9._-]+(\[[a-z,]+\])?==\S+", requirement), requirement
        assert "--hash=sha256:" in requirement, requirement


def test_the_development_lock_holds_the_serving_lock():
    def pins(lock: str) -> set[str]:
        text = (ROOT / lock).read_text(encoding="utf-8")
        return {line.rstrip("\\ ") for line in text.splitlines() if "==" in line}

    assert pins("requirements.lock") < pins("requirements-dev.lock")


def test_the_serving_lock_holds_every_direct_dependency():
    with (ROOT / "pyproject.toml").open("rb") as stream:
        project = tomllib.load(stream)["project"]
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    direct = [*project["dependencies"], *project["optional-dependencies"]["build"]]
    names = [re.split(r"[^A-Za-z0-9-]", line)[0] for line in direct]
    pinned = re.findall(r"(?m)^([a-z0-9-]+)==", lock)
    assert [name for name in names if name not in pinned] == []


def test_every_module_is_at_most_300_lines_long(files):
    def is_ours(path: Path) -> bool:
        top = path.relative_to(ROOT).parts[0]
        return top == "scripts" or (top in {"app", "geodata"} and path.suffix == ".py")

    long = {
        str(path.relative_to(ROOT)): lines
        for path in filter(is_ours, files)
        if (lines := len(path.read_bytes().splitlines())) > LONGEST_MODULE_LINES
    }
    assert long == {}


def test_the_bundle_is_at_most_6_mb():
    bundle = ROOT / "geodata" / "bundle"
    assert sum(p.stat().st_size for p in bundle.rglob("*")) <= LARGEST_BUNDLE_BYTES


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_script_can_be_run_and_is_valid_bash(script):
    path = ROOT / script
    assert os.access(path, os.X_OK)
    assert path.read_bytes().startswith(b"#!/usr/bin/env bash\n")
    subprocess.run(["bash", "-n", path], check=True)


def test_continuous_integration_runs_the_scripts_of_a_person():
    text = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    commands = [
        "\nscripts/test\n",
        '.venv/bin/python scripts/ingest.py --all --mirror "$mirror" &&\n',
        ".venv/bin/python scripts/train.py --check &&\n",
        ".venv/bin/python scripts/describe_land.py --check &&\n",
        ".venv/bin/python scripts/rank_prospects.py\n",
        "\nscripts/check || failed=yes\n",
        "scripts/build_bundle.py --check --layer tectonic-regime || failed=yes\n",
    ]
    places = [text.index(command) for command in commands]
    assert places == sorted(places)
    assert text.startswith("#!/usr/bin/env bash\n")
    assert "\nset -euo pipefail\n" in text
    assert text.endswith('\n[ "$failed" = no ]\n')


def test_no_third_party_javascript_style_or_font_is_committed(files):
    suffixes = {".woff", ".woff2", ".ttf", ".otf", ".eot"}
    names = [str(path.relative_to(ROOT)) for path in files]
    assert [n for n in names if "vendor/" in n or Path(n).suffix in suffixes] == []


def test_every_setting_is_named_in_the_readme():
    from app.settings import Settings

    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    prefix = Settings.model_config.get("env_prefix", "")
    names = [f"{prefix}{name}".upper() for name in Settings.model_fields]
    assert names
    assert [name for name in names if f"`{name}`" not in readme] == []


def test_every_file_the_readme_links_to_is_there():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    links = re.findall(r"\]\(([^)#]+?)(?:#[^)]*)?\)", readme)
    local = [link for link in links if "://" not in link]
    assert "docs/map.png" in local
    assert [link for link in local if not (ROOT / link).exists()] == []


def test_no_document_holds_a_place_that_waits_for_a_figure(files):
    waiting = {
        path.name: found
        for path in files
        if path.suffix == ".md"
        for found in [re.findall(r"@[A-Z_0-9]+@", path.read_text(encoding="utf-8"))]
        if found
    }
    assert waiting == {}


def test_the_tables_of_sources_in_the_documents_match_the_catalogue():
    done = subprocess.run(
        [sys.executable, ROOT / "scripts" / "list_sources.py", "--check"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_version_has_a_changelog_entry():
    with (ROOT / "pyproject.toml").open("rb") as stream:
        version = tomllib.load(stream)["project"]["version"]
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert f"## [{version}]" in changelog
    assert "## [Unreleased]" in changelog


@pytest.mark.parametrize(
    ("host", "call"),
    [
        ("192.0.2.1", lambda s, host: s.connect((host, 9))),
        ("192.0.2.1", lambda s, host: s.connect_ex((host, 9))),
        ("192.0.2.1", lambda s, host: s.sendto(b"", (host, 9))),
        ("example.invalid", lambda _, host: socket.getaddrinfo(host, 9)),
        ("example.invalid", lambda _, host: socket.gethostbyname(host)),
    ],
)
def test_a_test_cannot_reach_another_host(host: str, call: Any):
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client,
        pytest.raises(NetworkRefusedError, match=re.escape(host)),
    ):
        call(client, host)


def test_a_test_may_talk_to_this_machine():
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname()).close()
