import re
import tomllib
from urllib.parse import urlsplit

import pytest

from geodata.errors import CarrierError, MissingLicenceError, SourceError
from geodata.sources import (
    PackageSource,
    PublishedSource,
    load_catalogue,
)
from geodata.sources.catalogue import FIRST_SEEN, ROLES

ENTRY = """
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
role = "{role}"
states = "none"
seen = true
[members]
"stones.csv" = "11"
"""
PUBLISHED = """
title = "Pebbles"
publisher = "A survey"
citation = "A survey (2001)."
credit = "Pebbles: a survey"
licence = "unstated"
licence_seen = "nowhere"
open = false
used_for = "tests"
role = "trap"
states = "none"
faults = ["They roll."]
seen = false
[[file]]
name = "pebbles.csv"
url = "https://example.org/pebbles.csv"
hosts = ["files.example.org"]
sha256 = "first-seen"
format = "CSV"
crs = "EPSG:4326"
columns = "id, size"
resolution_km = 1.0
covers = "a beach"
[columns]
record_id = ["id", "no"]
"""
REQUIRED_TARGETS = {"record_id", "name", "lon", "lat"}
TARGETS = REQUIRED_TARGETS | {
    "aliases",
    "lon_dms",
    "lat_dms",
    "country_text",
    "state_text",
    "deposit_group",
    "deposit_type",
    "commodities",
    "status",
    "host_rock",
    "age",
    "location_source",
    "reference",
}
LAYERS = {
    "lithology-fractions",
    "lithology",
    "lithology-shares",
    "crust-age",
    "gravity-eigen6c4",
    "crustal-magnetics",
    "crust1",
    "sediment-thickness",
    "relief-10m",
    "climate",
    "slope",
    "magnetics",
    "gravity-wgm2012",
    "relief-gebco",
    "sediment-classes",
    "provinces",
    "terrane-boundaries",
    "cratons",
    "craton-margins",
    "mines",
    "mineral-localities",
    "sutures",
    "faults",
    "geology",
    "intrusions",
    "lithology-polygons",
    "magmatic-belts",
    "railways",
    "roads",
    "phosphatic-rocks",
    "mineral-occurrences",
    "occurrences-without-position",
}
HEX = re.compile(r"[0-9a-f]{64}")
SAFE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
SAFE_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
REGISTRIES = ("pypi.", "pythonhosted", "npmjs", "debian", "crates.")


def write(tmp_path, *texts):
    """A catalogue with stones, and pebbles beside them."""
    for name, text in zip(("stones", "pebbles"), texts, strict=False):
        (tmp_path / f"{name}.toml").write_text(text, encoding="utf-8")
    return tmp_path


def entry(licence='licence = "CC0-1.0"', ecosystem="pypi", role="context"):
    return ENTRY.format(licence=licence, ecosystem=ecosystem, role=role)


def packages():
    return [s for s in load_catalogue() if isinstance(s, PackageSource)]


def publications():
    return [s for s in load_catalogue() if isinstance(s, PublishedSource)]


def files():
    """Every published file with its source, and a name for messages."""
    return [
        (source, file, f"{source.id}/{file.name}")
        for source in publications()
        for file in source.files
    ]


@pytest.fixture(scope="module")
def mirror(shared):
    """The data files of the mirror by (source, file); licence texts left out."""
    text = (shared / "mirror" / "SOURCES.toml").read_text(encoding="utf-8")
    return {
        (table["source"], table["file"]): table
        for table in tomllib.loads(text)["file"]
        if "licen" not in table["file"].lower()
    }


def test_every_source_of_the_project_is_complete():
    for source in load_catalogue():
        assert SAFE_ID.fullmatch(source.id), source.id
        assert source.title.strip(), source.id
        assert source.publisher.strip(), source.id
        assert source.licence.strip(), source.id
        assert source.licence_seen.strip(), source.id
        assert source.citation.endswith("."), source.id
        assert source.credit.strip(), source.id
        assert source.used_for.strip(), source.id
        assert source.states.strip(), source.id
        assert source.role in ROLES, source.id
        assert source.faults, source.id
        assert all(fault.endswith((".", ")")) for fault in source.faults), source.id


def test_every_package_is_pinned():
    for source in packages():
        assert HEX.fullmatch(source.sha256), source.id
        assert source.members, source.id
        assert all(map(HEX.fullmatch, source.members.values())), source.id
        assert source.version in source.archive, source.id
        assert source.bytes > 0, source.id


def test_a_source_whose_licence_is_unstated_is_not_open():
    for source in load_catalogue():
        if source.licence.startswith("unstated"):
            assert not source.open, source.id


def test_one_archive_has_one_checksum_whatever_source_names_it():
    digests = {}
    for source in packages():
        assert digests.setdefault(source.archive, source.sha256) == source.sha256


def test_every_published_file_is_complete():
    for source, file, name in files():
        assert SAFE_NAME.fullmatch(file.name), name
        assert file.sha256 == FIRST_SEEN or HEX.fullmatch(file.sha256), name
        assert not file.rebuilt_sha256 or HEX.fullmatch(file.rebuilt_sha256), name
        assert file.rebuilt_sha256 != file.sha256, name
        assert 0 <= file.bytes <= file.limit_bytes, name
        assert file.resolution_km > 0, name
        for words in (file.format, file.crs, file.columns, file.covers):
            assert words.strip(), name
        assert source.used_for, name


def test_no_source_offers_a_file_twice():
    names = [name.lower() for _, _, name in files()]
    assert len(names) == len(set(names))


def test_published_files_come_over_https_from_no_registry():
    for _, file, name in files():
        hosts = list(file.hosts)
        if file.url:
            address = urlsplit(file.url)
            assert address.scheme == "https", name
            assert address.hostname, name
            assert address.netloc == address.hostname, name
            hosts.append(address.hostname)
        assert file.url or not file.hosts, name
        for host in hosts:
            assert re.fullmatch(r"[a-z0-9-]+(\.[a-z0-9-]+)+", host), name
            assert not any(registry in host for registry in REGISTRIES), name


def test_a_file_without_an_address_says_where_the_user_puts_it():
    for source, file, name in files():
        if not file.url:
            said = [f for f in source.faults if "README, Bring in more layers" in f]
            assert said, name
            assert f"{source.id}/" in said[0], name


def test_seen_means_that_every_file_was_opened_as_published():
    for source in publications():
        opened = [
            file.sha256 != FIRST_SEEN and not file.rebuilt_sha256
            for file in source.files
        ]
        assert source.seen is all(opened), source.id


def test_a_file_nobody_opened_is_pinned_only_where_others_state_its_checksum():
    stated = {name for _, file, name in files() if file.rebuilt_sha256 and file.bytes}
    assert stated == {"glim-halfdegree/hartmann-moosdorf_2012.zip"}
    for _, file, name in files():
        if file.rebuilt_sha256 and name not in stated:
            assert file.sha256 == FIRST_SEEN, name


def test_a_pinned_file_states_its_size():
    for _, file, name in files():
        assert (file.bytes > 0) == (file.sha256 != FIRST_SEEN), name


def test_a_reconstruction_is_named_in_the_faults():
    for source, file, name in files():
        if file.rebuilt_sha256:
            assert "reconstruction" in " ".join(source.faults), name


def test_a_published_source_names_the_layers_it_serves_or_says_none_and_why():
    served = {
        name
        for source in publications()
        if not source.used_for.startswith("no layer")
        for name in source.used_for.split(", ")
    }
    assert served == LAYERS
    for source in publications():
        if source.used_for.startswith("no layer"):
            assert re.fullmatch(r"no layer( yet|: .{20,})", source.used_for), source.id


def test_a_column_map_of_occurrences_reaches_every_target_a_record_needs():
    maps = {
        source.id: source.columns
        for source in publications()
        if source.role == "occurrences" and source.columns
    }
    assert {"usgs-tien-shan-ree", "usgs-global-ree"} <= maps.keys()
    for name, columns in maps.items():
        assert columns.keys() >= REQUIRED_TARGETS, name
        assert columns.keys() <= TARGETS, name
        for target, candidates in columns.items():
            assert candidates, (name, target)
            folded = [candidate.casefold() for candidate in candidates]
            assert len(folded) == len(set(folded)), (name, target)


def test_every_data_file_of_the_mirror_is_in_the_catalogue(mirror):
    listed = {(source.id, file.name) for source, file, _ in files()}
    assert mirror.keys() - listed == set()


def test_every_file_in_the_folder_of_the_mirror_is_in_the_catalogue(shared):
    listed = {name for _, _, name in files()}
    found = {
        path.relative_to(shared / "mirror").as_posix()
        for path in (shared / "mirror").glob("*/*")
        if "licen" not in path.name.lower()
    }
    assert found - listed == set()


def test_the_catalogue_agrees_with_the_mirror_on_exact_files(mirror):
    catalogue = load_catalogue()
    for (source, name), table in mirror.items():
        if table["exact"]:
            file = catalogue.published(source).file(name)
            assert file.sha256 == table["sha256"], name
            assert file.bytes == table["bytes"], name
            assert file.url == table["url"], name
            assert file.rebuilt_sha256 == "", name
            assert file.resolution_km == table.get("resolution_km", file.resolution_km)


def test_the_catalogue_never_pins_a_reconstruction_as_the_publishers_file(mirror):
    catalogue = load_catalogue()
    for (source, name), table in mirror.items():
        if not table["exact"]:
            file = catalogue.published(source).file(name)
            assert file.rebuilt_sha256 == table["sha256"], name
            assert file.sha256 == table.get("official_sha256", FIRST_SEEN), name
            assert file.bytes == table.get("official_bytes", 0), name
            assert file.limit_bytes >= table["bytes"], name
            assert file.url in ("", table["official_url"]), name
            assert not catalogue[source].seen, name


def test_only_files_of_the_mirror_have_reconstructions(mirror):
    rebuilt = {(s.id, file.name) for s, file, _ in files() if file.rebuilt_sha256}
    assert rebuilt == {key for key, table in mirror.items() if not table["exact"]}


@pytest.mark.parametrize("licence", ["", 'licence = ""', 'licence = "  "'])
def test_a_source_without_licence_is_not_loaded(tmp_path, licence):
    path = write(tmp_path, entry(licence=licence))
    with pytest.raises(MissingLicenceError, match="stones"):
        load_catalogue(path)


def test_a_source_of_an_unknown_ecosystem_is_refused(tmp_path):
    with pytest.raises(SourceError, match="expected one of pypi, npm"):
        load_catalogue(write(tmp_path, entry(ecosystem="ftp")))


def test_a_source_of_an_unknown_role_is_refused(tmp_path):
    with pytest.raises(SourceError, match="expected one of source, pathway"):
        load_catalogue(write(tmp_path, entry(role="decoration")))


@pytest.mark.parametrize("text", [entry(), PUBLISHED], ids=["package", "published"])
def test_a_field_too_many_is_named(tmp_path, text):
    text = re.sub(r"(?m)^seen = (\w+)$", r'seen = \1\ncolour = "red"', text)
    with pytest.raises(SourceError, match="colour"):
        load_catalogue(write(tmp_path, text))


def test_a_published_file_that_lacks_a_field_is_refused_by_the_name_of_its_source(
    tmp_path,
):
    text = PUBLISHED.replace('covers = "a beach"\n', "")
    with pytest.raises(SourceError, match=r"stones.*covers"):
        load_catalogue(write(tmp_path, text))


@pytest.mark.parametrize("text", ["not toml", "x = 1\n", "file = 1\n", "\0"])
def test_a_file_that_describes_no_source_is_an_error_that_names_it(tmp_path, text):
    with pytest.raises(SourceError, match=r"catalogue/stones\.toml"):
        load_catalogue(write(tmp_path, text))


def test_a_published_file_is_read_with_its_hosts_and_its_column_map(tmp_path):
    source = load_catalogue(write(tmp_path, entry(), PUBLISHED)).published("pebbles")
    file = source.file("pebbles.csv")
    assert file.hosts == ("files.example.org",)
    assert (file.bytes, file.rebuilt_sha256, file.sha256) == (0, "", FIRST_SEEN)
    assert source.columns == {"record_id": ("id", "no")}
    assert source.faults == ("They roll.",)


def test_a_source_is_either_a_package_or_published(tmp_path):
    catalogue = load_catalogue(write(tmp_path, entry(), PUBLISHED))
    assert catalogue.package("stones").package == "stones"
    with pytest.raises(SourceError, match=r"scripts/ingest\.py"):
        catalogue.package("pebbles")
    with pytest.raises(SourceError, match="scripts/setup"):
        catalogue.published("stones")


def test_a_name_the_catalogue_does_not_list_is_an_error_that_lists_the_known_ones(
    tmp_path,
):
    catalogue = load_catalogue(write(tmp_path, entry(), PUBLISHED))
    with pytest.raises(SourceError, match="It has pebbles, stones"):
        catalogue["boulders"]
    with pytest.raises(SourceError, match=r"it lists pebbles\.csv"):
        catalogue.published("pebbles").file("boulders.csv")
    with pytest.raises(CarrierError, match=r"it lists stones\.csv"):
        catalogue.package("stones").member("other.csv")
    member = catalogue.package("stones").member("stones.csv")
    assert (member.sha256, member.member_sha256) == ("00", "11")
