import pytest

from geodata.errors import CarrierError, MissingLicenceError, SourceError
from geodata.sources import Catalogue, load_catalogue

ENTRY = """
[[source]]
id = "stones"
title = "Stones"
publisher = "A survey"
citation = "A survey (2000)."
credit = "Stones: a survey"
{licence}
licence_seen = "a letter"
open = true
ecosystem = "{ecosystem}"
package = "stones"
version = "1.0"
archive = "stones-1.0-py3-none-any.whl"
sha256 = "00"
bytes = 1
used_for = "tests"
role = "context"
states = "none"
seen = true
[source.members]
"stones.csv" = "11"
"""


def write(tmp_path, text):
    path = tmp_path / "catalogue.toml"
    path.write_text(text, encoding="utf-8")
    return path


def entry(licence='licence = "CC0-1.0"', ecosystem="pypi"):
    return ENTRY.format(licence=licence, ecosystem=ecosystem)


def test_every_source_of_the_project_is_complete():
    for source in load_catalogue():
        assert source.licence.strip(), source.id
        assert source.licence_seen.strip(), source.id
        assert source.citation.strip(), source.id
        assert len(source.sha256) == 64, source.id
        assert source.members, source.id
        assert all(len(digest) == 64 for digest in source.members.values()), source.id
        assert source.version in source.archive, source.id


def test_a_source_whose_licence_is_unstated_is_not_open():
    for source in load_catalogue():
        if source.licence.startswith("unstated"):
            assert not source.open, source.id


def test_one_archive_has_one_checksum_whatever_source_names_it():
    digests = {}
    for source in load_catalogue():
        assert digests.setdefault(source.archive, source.sha256) == source.sha256


@pytest.mark.parametrize("licence", ["", 'licence = ""', 'licence = "  "'])
def test_a_source_without_licence_is_not_loaded(tmp_path, licence):
    path = write(tmp_path, entry(licence=licence))
    with pytest.raises(MissingLicenceError, match="stones"):
        load_catalogue(path)


def test_a_source_of_an_unknown_ecosystem_is_refused(tmp_path):
    with pytest.raises(SourceError, match="expected one of pypi, npm"):
        load_catalogue(write(tmp_path, entry(ecosystem="ftp")))


def test_a_field_too_many_is_named(tmp_path):
    text = entry().replace("seen = true", 'seen = true\ncolour = "red"')
    with pytest.raises(SourceError, match="colour"):
        load_catalogue(write(tmp_path, text))


def test_two_sources_with_one_id_are_refused(tmp_path):
    with pytest.raises(SourceError, match="twice"):
        load_catalogue(write(tmp_path, entry() + entry()))


@pytest.mark.parametrize("text", ["not toml", "x = 1\n"])
def test_a_file_that_is_no_catalogue_is_an_error_with_a_hint(tmp_path, text):
    with pytest.raises(SourceError, match="one \\[\\[source\\]\\] table"):
        load_catalogue(write(tmp_path, text))


def test_a_member_carries_every_checksum(tmp_path):
    (source,) = load_catalogue(write(tmp_path, entry()))
    member = source.member("stones.csv")
    assert (member.source, member.sha256, member.member_sha256) == (
        "stones",
        "00",
        "11",
    )


def test_a_file_the_catalogue_does_not_list_is_an_error(tmp_path):
    (source,) = load_catalogue(write(tmp_path, entry()))
    with pytest.raises(CarrierError, match=r"stones\.csv"):
        source.member("other.csv")


def test_an_unknown_source_is_an_error_that_lists_the_known_ones():
    with pytest.raises(SourceError, match="It has"):
        Catalogue([])["stones"]
