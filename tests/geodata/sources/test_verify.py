"""What files begin and end with."""

import bz2
import gzip
import io
import json
import sqlite3
import zipfile

import pytest

from geodata.errors import UnexpectedContentError
from geodata.sources import PublishedSource, load_catalogue
from geodata.sources.verify import kind_of, require_plausible


def packed():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("a.csv", "x")
    return buffer.getvalue()


def require_head(folder, content, *, name):
    path = folder / "file"
    path.write_bytes(content)
    require_plausible(path, name=name, advice="bring it by hand")


def test_real_beginnings_are_accepted(tmp_path):
    with sqlite3.connect(tmp_path / "t.sqlite") as table:
        table.execute("create table t (a)")
    table.close()
    for name, content in (
        ("a.zip", packed()),
        ("a.geojson.zip", packed()),
        ("a.gmt.gz", gzip.compress(b"1 2 3", mtime=0)),
        ("a.gdf.bz2", bz2.compress(b"1 2 3")),
        ("a.nc", b"CDF\x02\0\0"),
        ("a.nc", b"\x89HDF\r\n\x1a\n"),
        ("a.tif", b"II*\0\x08\0"),
        ("a.tif", b"MM\0+\0\x08"),
        ("a.shp", b"\0\0\x27\x0a\0\0"),
        ("a.dbf", b"\x03\x7c\x01"),
        ("t.sqlite", (tmp_path / "t.sqlite").read_bytes()),
        ("a.geojson", b'\xef\xbb\xbf \n{"type": "FeatureCollection"}'),
        ("a.csv", b"name,lon\n<b>,3\n"),
        ("a.csv", "имя,долгота\n".encode("utf-16")),
        ("a.kml", b'<?xml version="1.0"?><kml>'),
        ("a.unknown", b"anything at all \0"),
    ):
        require_head(tmp_path, content, name=name)


PAGES = (
    b"<!DOCTYPE html>\n<html>",
    b"<html lang=en>",
    b"\xef\xbb\xbf\r\n  <HTML>",
    b"<!-- made by hand -->\n<!-- twice --><html>",
    b'<?xml version="1.0"?>\n<!DOCTYPE html PUBLIC "-//W3C">',
    b"<script>location='/login'</script>",
    b"<head><title>503</title>",
)


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("name", ["a.zip", "a.csv", "a.geojson", "a.kml", "a.unknown"])
def test_a_web_page_is_no_file(tmp_path, page, name):
    with pytest.raises(UnexpectedContentError, match="is a web page"):
        require_head(tmp_path, page, name=name)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.zip", b"PK\x05\x06" + bytes(18)),  # an archive of nothing
        ("a.zip", b"Rar!\x1a\x07"),
        ("a.nc", b"CDF\x03"),
        ("a.tif", b"<VRTDataset"),
        ("a.geojson", b"<OGRVRTDataSource>"),
        ("a.shp", b"\x0a\x27\0\0"),
        ("a.csv", b"a,b\0\0\0"),
        ("a.gz", b"\x1f\x8b\x07"),
        ("a.json", b""),
        ("a.geojson", b"   "),
    ],
)
def test_another_format_is_refused(tmp_path, name, content):
    with pytest.raises(UnexpectedContentError):
        require_head(tmp_path, content, name=name)


@pytest.mark.parametrize("tag", [b"ows:ExceptionReport", b"ServiceExceptionReport"])
def test_a_report_of_a_failed_service_is_no_file(tmp_path, tag):
    report = b'<?xml version="1.0"?>\n<' + tag + b' version="1.1.0">'
    for name in ("a.gml", "a.csv", "a.json"):
        with pytest.raises(UnexpectedContentError, match="is a report of an error"):
            require_head(tmp_path, report, name=name)


def test_a_cut_archive_or_document_is_noticed_at_its_end(tmp_path):
    for name, content in (
        ("a.zip", packed()),
        ("a.json", json.dumps([1] * 99).encode()),
    ):
        path = tmp_path / name
        path.write_bytes(content + b"\n" * (name == "a.json"))
        require_plausible(path, name=name, advice="again")
        for size in (len(content) - 1, len(content) // 2, 8):
            path.write_bytes(content[:size])
            with pytest.raises(UnexpectedContentError, match="is cut"):
                require_plausible(path, name=name, advice="again")


def test_the_kind_of_every_file_of_the_catalogue_is_known():
    names = [
        entry.name
        for source in load_catalogue()
        if isinstance(source, PublishedSource)
        for entry in source.files
        if not kind_of(entry.name)
    ]
    assert names == []


def test_every_file_of_the_mirror_looks_like_its_format(shared):
    checked = 0
    for source in load_catalogue():
        if isinstance(source, PublishedSource):
            for entry in source.files:
                path = shared / "mirror" / source.id / entry.name
                if path.is_file():
                    require_plausible(path, name=entry.name, advice="again")
                    checked += 1
    assert checked > 20
