import gzip
import io
import stat
import tarfile
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geodata.errors import CarrierError, ChecksumError
from geodata.provenance import checksum
from geodata.sources import read_member

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
    [b"", b"PK\x03\x04 but nothing more", gzip.compress(b"x" * 700), b"\x1f\x8b\x08"],
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
