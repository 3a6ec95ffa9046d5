import json

import pytest

from geodata.errors import LayerFormatError, UnsafeFileError
from geodata.layers.occurrences import minmod_sites
from geodata.layers.occurrences.minmod_sites import parse_point, read_sites
from geodata.region import LonLat


def site(**changes):
    return {
        "record_id": 211,
        "name": "Kutessai-II",
        "deposit_type_candidate": [{"observed_name": "alk-ig", "source": "UMN"}],
        "mineral_inventory": [{"commodity": {"observed_name": "bastnasite"}}],
        "location_info": {
            "country": {"observed_name": "Kyrgyzstan"},
            "location": "POINT (76.16 42.66)",
        },
        **changes,
    }


def written(tmp_path, *records):
    path = tmp_path / "ree.json"
    path.write_text(json.dumps({"MineralSite": list(records)}), encoding="utf-8")
    return path


def read_one(tmp_path, **changes):
    (found,) = read_sites(written(tmp_path, site(**changes))).values()
    return found


@pytest.mark.parametrize(
    "text", ["POINT (76.5 42.25)", "POINT(76.5 42.25)", " POINT (76.5  42.25) "]
)
def test_a_point_is_longitude_before_latitude_with_or_without_the_blank(text):
    assert parse_point(text) == LonLat(lon=76.5, lat=42.25)


@pytest.mark.parametrize(
    "text",
    ["POINT EMPTY", "", "POINT (nan nan)", "POINT (200 10)", "LINESTRING (0 0, 1 1)"],
)
def test_an_empty_point_is_nowhere_and_not_at_zero_zero(text):
    assert parse_point(text) is None


def test_a_record_number_becomes_text(tmp_path):
    assert list(read_sites(written(tmp_path, site()))) == ["211"]


@pytest.mark.parametrize(
    "country",
    [
        {"observed_name": "Mali"},
        [{"observed_name": "Mali"}, {"observed_name": "Niger"}],
        [{"normalized_uri": "https://example.org/Q1"}, {"observed_name": "Mali"}],
    ],
)
def test_the_country_is_one_object_or_a_list_of_them(tmp_path, country):
    assert read_one(tmp_path, location_info={"country": country}).country == "Mali"


def test_a_record_without_location_or_country_is_read(tmp_path):
    found = read_one(tmp_path, location_info=None, mineral_inventory=None)
    assert (found.position, found.country, found.commodities) == (None, "", "")


def test_a_type_that_is_a_guess_is_never_taken(tmp_path):
    guess = {
        "observed_name": "Skarn uranium-REE",
        "source": "SRI v1",
        "confidence": 0.45,
    }
    assert read_one(tmp_path, deposit_type_candidate=[guess]).deposit_type == ""


@pytest.mark.parametrize("content", ["{}", "[1]", "not json", '{"MineralSite": [{}]}'])
def test_another_layout_is_refused(tmp_path, content):
    path = tmp_path / "ree.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(LayerFormatError, match=r"ree\.json is not as expected"):
        read_sites(path)


def test_a_file_too_large_is_not_read(tmp_path, monkeypatch):
    monkeypatch.setattr(minmod_sites, "LARGEST_FILE", 10)
    with pytest.raises(UnsafeFileError, match="at most 10"):
        read_sites(written(tmp_path, site()))


def test_the_real_copy_has_places_and_gaps(shared):
    sites = read_sites(shared / "mirror" / "minmod-2024" / "ree.json")
    assert len(sites) == 737
    assert sum(found.position is not None for found in sites.values()) == 553
    assert "338" not in sites
    assert sites["211"].country == "Kyrgyzstan"
