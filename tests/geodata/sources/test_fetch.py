"""The registry clients are outside programs; small stand-ins take their place."""

import dataclasses
import os
import sys

import pytest

from geodata.errors import ChecksumError, FetchError
from geodata.provenance import checksum
from geodata.sources import fetch_package, load_catalogue

WHEEL = b"the bytes of a wheel"
FAKE_CLIENT = """#!{python}
import pathlib, sys
arguments = sys.argv[1:]
folder = arguments[arguments.index({option!r}) + 1]
{action}
"""


@pytest.fixture
def source():
    entry = load_catalogue().package("strec")
    return dataclasses.replace(entry, sha256=checksum(WHEEL), bytes=len(WHEEL))


@pytest.fixture
def npm_source(source):
    return dataclasses.replace(source, ecosystem="npm", archive="stones-1.0.tgz")


def put_client(tmp_path, monkeypatch, action, *, option, name):
    program = tmp_path / "bin" / name
    program.parent.mkdir()
    text = FAKE_CLIENT.format(python=sys.executable, option=option, action=action)
    program.write_text(text, encoding="utf-8")
    program.chmod(0o755)
    if name == "npm":
        path = f"{program.parent}{os.pathsep}{os.environ['PATH']}"
        monkeypatch.setenv("PATH", path)
    else:
        monkeypatch.setattr(sys, "executable", str(program))


def put_pip(tmp_path, monkeypatch, action):
    put_client(tmp_path, monkeypatch, action, option="--dest", name="python")


def put_npm(tmp_path, monkeypatch, action):
    put_client(tmp_path, monkeypatch, action, option="--pack-destination", name="npm")


BRING = f"(pathlib.Path(folder) / 'x-1.0-py3-none-any.whl').write_bytes({WHEEL!r})"


def test_a_package_is_brought_once_and_then_kept(tmp_path, monkeypatch, source):
    log = tmp_path / "calls"
    record = f"open({str(log)!r}, 'a').write('called\\n'); "
    put_pip(tmp_path, monkeypatch, record + BRING)
    first = fetch_package(source, tmp_path / "packages")
    second = fetch_package(source, tmp_path / "packages")
    assert first == second == tmp_path / "packages" / source.archive
    assert first.read_bytes() == WHEEL
    assert log.read_text() == "called\n"
    assert [path.name for path in first.parent.iterdir()] == [source.archive]


def test_pip_is_asked_for_the_pinned_wheel_and_no_code_is_run(
    tmp_path, monkeypatch, source
):
    log = tmp_path / "arguments"
    record = (
        f"open({str(log)!r}, 'w').write(' '.join(arguments) + "
        "open(arguments[arguments.index('--requirement') + 1]).read()); "
    )
    put_pip(tmp_path, monkeypatch, record + BRING)
    fetch_package(source, tmp_path / "packages")
    asked = log.read_text()
    assert "--no-deps" in asked
    assert "--require-hashes" in asked
    assert "--only-binary :all:" in asked
    assert f"usgs-strec==2.3.14 --hash=sha256:{checksum(WHEEL)}" in asked


def test_npm_packs_without_running_scripts(tmp_path, monkeypatch, npm_source):
    log = tmp_path / "arguments"
    put_npm(
        tmp_path,
        monkeypatch,
        f"open({str(log)!r}, 'w').write(' '.join(arguments)); "
        f"(pathlib.Path(folder) / 'x.tgz').write_bytes({WHEEL!r})",
    )
    path = fetch_package(npm_source, tmp_path / "packages")
    assert path.read_bytes() == WHEEL
    assert "--ignore-scripts" in log.read_text()


def test_other_bytes_than_the_pinned_ones_are_not_kept(tmp_path, monkeypatch, source):
    put_pip(tmp_path, monkeypatch, BRING.replace("wheel'", "forged wheel'"))
    other = dataclasses.replace(source, sha256=checksum(b"the right bytes"))
    with pytest.raises(ChecksumError, match="not the pinned file"):
        fetch_package(other, tmp_path / "packages")
    assert list((tmp_path / "packages").iterdir()) == []


def test_pips_own_complaint_about_a_checksum_is_understood(
    tmp_path, monkeypatch, source
):
    complaint = "sys.exit('ERROR: THESE PACKAGES DO NOT MATCH THE HASHES')"
    put_pip(tmp_path, monkeypatch, complaint)
    with pytest.raises(ChecksumError, match="another file"):
        fetch_package(source, tmp_path / "packages")


def test_a_client_that_fails_is_quoted_and_nothing_is_left(
    tmp_path, monkeypatch, source
):
    put_pip(tmp_path, monkeypatch, "sys.exit('ERROR: no route to the registry')")
    with pytest.raises(FetchError, match="no route to the registry"):
        fetch_package(source, tmp_path / "packages")
    assert list((tmp_path / "packages").iterdir()) == []


def test_a_client_that_brings_nothing_is_an_error(tmp_path, monkeypatch, source):
    put_pip(tmp_path, monkeypatch, "pass")
    with pytest.raises(FetchError, match="0 archives"):
        fetch_package(source, tmp_path / "packages")


def test_without_npm_the_message_says_what_to_do(tmp_path, monkeypatch, npm_source):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(FetchError, match="by hand"):
        fetch_package(npm_source, tmp_path / "packages")


def test_a_half_file_in_the_cache_is_replaced(tmp_path, monkeypatch, source):
    put_pip(tmp_path, monkeypatch, BRING)
    folder = tmp_path / "packages"
    folder.mkdir()
    (folder / source.archive).write_bytes(WHEEL[:5])
    assert fetch_package(source, folder).read_bytes() == WHEEL


def test_an_archive_put_there_by_hand_needs_no_client(tmp_path, monkeypatch, source):
    monkeypatch.setattr(sys, "executable", str(tmp_path / "no-python"))
    (tmp_path / source.archive).write_bytes(WHEEL)
    assert fetch_package(source, tmp_path).read_bytes() == WHEEL
