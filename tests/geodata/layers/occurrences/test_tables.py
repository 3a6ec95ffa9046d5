"""Every layout of a table, from the publisher's columns to ours.

The files here are SYNTHETIC: rows made up by us in the layouts that publishers
describe, because nobody on the project has opened most of the real ones.
"""

import csv
import io
import json
import math
import shutil
import zipfile

import geopandas
import pandas as pd
import pytest
import shapely

from geodata.errors import LayerFormatError
from geodata.layers.occurrences.layers import LAYERS
from geodata.layers.occurrences.mineral_occurrences import (
    COLUMNS,
    build_occurrences,
    build_unlocated,
    bundled_states,
    located_records,
    uniform_records,
)
from geodata.layers.occurrences.samples import labels
from geodata.layers.occurrences.tables import TABLES, all_parts
from geodata.sources import load_catalogue
from geodata.sources.catalogue import CATALOGUE

REE_HEADER = (
    "rec_id,deptype,depname,country,stprov,lat_dms,lon_dms,status,age_info,company,"
    "comments,latitude,longitude"
)
MRDS_HEADER = (
    "dep_id,url,site_name,latitude,longitude,country,state,commod1,commod2,commod3,"
    "oper_type,dep_type,dev_stat"
)


@pytest.fixture(scope="module")
def catalogue():
    return load_catalogue()


@pytest.fixture(scope="module")
def states():
    return bundled_states()


def text_of(header, *rows):
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(header.split(","))
    writer.writerows(rows)
    return stream.getvalue()


def zipped(path, **members):
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in members.items():
            archive.writestr(name.replace("__", "/").replace("_csv", ".csv"), text)
    return path


def ree_row(rec_id, *, lon="76.166666666667", lat="42.666666666667", **changes):
    cells = {
        "deptype": "alk-ig",
        "depname": f"Site {rec_id}",
        "country": "Kyrgyzstan",
        "status": "Occurrence",
        **changes,
    }
    cells |= {"rec_id": rec_id, "longitude": lon, "latitude": lat}
    return [cells.get(name, "") for name in REE_HEADER.split(",")]


def ree_files(tmp_path, *rows):
    path = tmp_path / "main.csv"
    path.write_text("\ufeff" + text_of(REE_HEADER, *rows), encoding="utf-8")
    return {("usgs-ree", "main.csv"): path}


def mrds_files(tmp_path, *rows):
    path = zipped(tmp_path / "mrds-csv.zip", mrds_csv=text_of(MRDS_HEADER, *rows))
    return {("usgs-mrds", "mrds-csv.zip"): path}


def mrds_row(
    dep_id, name, lat, lon, *, country="Kazakhstan", commod1="", status="Producer"
):
    return [dep_id, "", name, lat, lon, country, "", commod1, "", "", "", "", status]


def test_every_part_of_every_plan_is_in_the_catalogue(catalogue):
    for source, name in all_parts():
        assert catalogue.published(source).file(name).name == name
    for layer in LAYERS:
        for recipe in layer.alternatives:
            assert recipe.optional == all_parts()
            assert recipe.parts == ()


def test_tables_and_files_are_named_once():
    sources = [table.source for table in TABLES]
    assert len(sources) == len(set(sources))
    assert len(all_parts()) == len(set(all_parts()))


def test_a_record_becomes_a_row_with_our_words_beside_the_words_of_its_source(tmp_path):
    row = ree_row(
        "211", depname="Kutessai-II", status="Active mine (1998)", age_info="Permian"
    )
    table = build_occurrences(ree_files(tmp_path, row)).table
    assert list(table.columns) == [*COLUMNS, "geometry"]
    found = table.loc[0]
    assert found["occurrence_id"] == "usgs-ree:211"
    assert (found["status"], found["status_source"]) == (
        "producer",
        "Active mine (1998)",
    )
    assert (found["deposit_type"], found["deposit_type_source"]) == (
        "carbonatite",
        "alk-ig",
    )
    assert (found["country"], found["country_text"]) == ("KGZ", "Kyrgyzstan")
    assert (found["commodities"], found["ree_evidence"]) == ("REE", "direct")
    assert (found["age"], found["uncertainty_km"]) == ("Permian", 10.0)
    assert found["record_url"].endswith("show-ree.php?rec_id=211")
    assert found["geometry"] == shapely.Point(found["lon"], found["lat"])
    flags = ["preferred", "quarantined", "is_facility", "shared_point", "rebuilt"]
    assert found[flags].tolist() == [True, False, False, False, False]


def test_a_record_without_a_position_is_in_the_other_table_with_its_reason(tmp_path):
    files = ree_files(tmp_path, ree_row("732", lon="", lat=""), ree_row("211"))
    assert build_occurrences(files).table["record_id"].tolist() == ["211"]
    table = build_unlocated(files).table
    assert list(table.columns) == list(COLUMNS)
    found = table.loc[0]
    assert found["record_id"] == "732"
    assert found["reason"] == "the source gives no position"
    assert all(math.isnan(found[name]) for name in ("lon", "lat", "uncertainty_km"))
    assert not found["preferred"]
    assert found["country"] == ""


def test_a_lost_digit_quarantines_a_record_and_keeps_its_row(tmp_path):
    row = ree_row("99", lon="30.1167", lat="6.8", lat_dms="6-48N", country="Russia")
    found = build_occurrences(ree_files(tmp_path, row)).table.loc[0]
    assert found[["quarantined", "preferred"]].tolist() == [True, False]
    assert "Russia" in found["reason"]


def test_the_plain_file_is_preferred_to_the_archive(tmp_path):
    files = ree_files(tmp_path, ree_row("1"))
    archive = zipped(
        tmp_path / "ree-csv.zip",
        ree__main_csv=text_of(REE_HEADER, ree_row("1"), ree_row("2")),
    )
    both = {**files, ("usgs-ree", "ree-csv.zip"): archive}
    product = build_occurrences(both)
    assert len(product.table) == 1
    assert product.extra["parts"] == ["usgs-ree/main.csv"]
    del both["usgs-ree", "main.csv"]
    assert len(build_occurrences(both).table) == 2


def test_a_copy_fills_in_minerals_and_adds_no_record(tmp_path):
    files = ree_files(tmp_path, ree_row("1"), ree_row("2", lon="80"))
    sites = [
        {
            "record_id": number,
            "mineral_inventory": [
                {"commodity": {"observed_name": name}}
                for name in ("bastnasite", "Cerium")
            ],
        }
        for number in (1, 3)
    ]
    path = tmp_path / "ree.json"
    path.write_text(json.dumps({"MineralSite": sites}), encoding="utf-8")
    table = build_occurrences({**files, ("minmod-2024", "ree.json"): path}).table
    assert table["minerals"].tolist() == ["bastnasite", ""]
    assert table["commodities"].tolist() == ["REE", "REE"]


def test_a_copy_alone_is_no_table(tmp_path):
    path = tmp_path / "ree.json"
    path.write_text('{"MineralSite": []}', encoding="utf-8")
    with pytest.raises(LayerFormatError, match="at least one table"):
        build_occurrences({("minmod-2024", "ree.json"): path})


def test_commodities_of_a_second_table_are_joined_by_their_key(tmp_path):
    header = "gid,dep_name,country,latitude,longitude,commodity,dep_type,type_detail"
    rows = [
        ["1", "Aqtyuz", "Kyrgyzstan", "42.8833", "76.1833", "Rare", "Igneous", ""],
        ["2", "Espe", "Kazakhstan", "48.1833", "81.45", "", "Igneous", "pegmatite"],
        ["3", "Alone", "Kazakhstan", "48.1833", "82.45", "Gold", "Igneous", ""],
    ]
    path = zipped(
        tmp_path / "ofr20051294-csv.zip",
        ofr20051294__deposit_csv=text_of(header, *rows),
        ofr20051294__commodity_csv=text_of(
            "gid,value", ["1", "REE"], ["1", "Zr"], ["2", "Zr"], ["2", "Nb"]
        ),
    )
    table = build_occurrences(
        {("usgs-major-deposits", "ofr20051294-csv.zip"): path}
    ).table
    assert table["commodities"].tolist() == ["REE,Zr", "Nb,Zr", "Au"]
    assert table["minerals"].tolist() == ["", "", ""]
    assert table["ree_evidence"].tolist() == ["direct", "pathfinder", "none"]
    assert table["deposit_type_source"].tolist() == [
        "Igneous",
        "Igneous / pegmatite",
        "Igneous",
    ]


MAJOR = "usgs-major-deposits"
PACKED = (MAJOR, "ofr20051294-csv.zip")


@pytest.fixture
def major(tmp_path):
    """Members that lie beside each other, and an archive that says another name."""
    header = "gid,dep_name,country,latitude,longitude,commodity"
    loose, packed = (
        text_of(header, ["1", name, "Kyrgyzstan", "42.8833", "76.1833", "Rare"])
        for name in ("Aqtyuz", "Aktyuz")
    )
    commodities = text_of("gid,value", ["1", "REE"])
    found = {}
    for name, text in (("deposit.csv", loose), ("commodity.csv", commodities)):
        found[MAJOR, name] = tmp_path / name
        found[MAJOR, name].write_text(text, encoding="utf-8")
    found[PACKED] = zipped(
        tmp_path / PACKED[1],
        ofr20051294__deposit_csv=packed,
        ofr20051294__commodity_csv=commodities,
    )
    return found


def test_members_that_lie_beside_each_other_are_read_before_the_archive(major):
    product = build_occurrences(major)
    assert product.table["name"].tolist() == ["Aqtyuz"]
    assert product.table["commodities"].tolist() == ["REE"]
    assert product.extra["parts"] == [f"{MAJOR}/deposit.csv", f"{MAJOR}/commodity.csv"]


@pytest.mark.parametrize("absent", ["deposit.csv", "commodity.csv"])
def test_the_archive_is_read_before_a_part_of_its_members(major, absent):
    del major[MAJOR, absent]
    product = build_occurrences(major)
    assert product.table["name"].tolist() == ["Aktyuz"]
    assert product.extra["parts"] == ["/".join(PACKED)]


def test_a_part_of_the_members_is_read_where_there_is_no_archive(major):
    deposit = {(MAJOR, "deposit.csv"): major[MAJOR, "deposit.csv"]}
    assert build_occurrences(deposit).table["name"].tolist() == ["Aqtyuz"]
    keyed = {(MAJOR, "commodity.csv"): major[MAJOR, "commodity.csv"]}
    with pytest.raises(LayerFormatError, match="at least one table"):
        build_occurrences(keyed)


def test_porphyry_and_sediment_hosted_copper_are_files_of_one_table(tmp_path):
    header = (
        "objectid,gmrap_id,name,name_other,country,latitude,longitude,dep_type,"
        "age_range,comm_major,comm_minor,comm_trace,dev_status"
    )
    row = [
        *("548", "421", "Chatyrkul", "Chatyrkol", "Kazakhstan", "43.619937"),
        *("74.261743", "Porphyry copper", "446–355 Ma", "Cu, Mo", "Au, U", "W"),
        "Producer",
    ]
    files = {}
    for name, rows in (("pcu_deps_pros.csv", [row]), ("sedcu_deps_pros.csv", [])):
        files["usgs-sir20105090z", name] = tmp_path / name
        text = "\ufeff" + text_of(header, *rows)
        files["usgs-sir20105090z", name].write_text(text, encoding="utf-8")
    found = build_occurrences(files).table.loc[0]
    assert found["occurrence_id"] == "usgs-sir20105090z:421"
    assert (found["commodities"], found["aliases"]) == ("Au,Cu,Mo,U", "Chatyrkol")
    assert (found["status"], found["age"]) == ("producer", "446–355 Ma")


CRITICAL = "X,Y,DEPOSIT_NAME,CRITICAL_MINERAL,DEPOSIT_TYPE,LATITUDE,LONGITUDE,LOCATION"


def critical_files(tmp_path, *rows):
    path = tmp_path / "PP1802_CritMin_pts.csv"
    path.write_text(text_of(CRITICAL, *rows), encoding="utf-8")
    return {("usgs-pp1802", path.name): path}


def critical_row(name, mineral, kind, lat="42.8611", lon="76.1197"):
    return [lon, lat, name, mineral, kind, lat, lon, "Kyrgyzstan"]


def test_records_without_an_id_are_called_by_their_row(tmp_path):
    files = critical_files(
        tmp_path,
        critical_row("Takob", "Fluorite", "unclassified", lon="75"),
        critical_row("Kutessay", "Rare-Earth Elements", "Peralkaline igneous"),
        critical_row(
            "Araxa", "Niobium and Tantalum; Barite", "Carbonatite; Vein", lon="74"
        ),
    )
    table = build_occurrences(files).table
    assert table["occurrence_id"].tolist() == [f"usgs-pp1802:{n}" for n in (1, 2, 3)]
    assert table["commodities"].tolist() == ["F", "REE", "Ba,Nb,Ta"]
    assert table["ree_evidence"].tolist() == ["pathfinder", "direct", "pathfinder"]
    assert table["deposit_type"].tolist() == ["", "peralkaline", "carbonatite"]


def test_a_roll_front_of_uranium_is_of_uranium_though_its_row_names_rhenium(tmp_path):
    row = critical_row("Sugraly", "Rhenium", "Roll-front sandstone U")
    found = build_occurrences(critical_files(tmp_path, row)).table.loc[0]
    assert (found["commodities"], found["ree_evidence"]) == ("Re,U", "pathfinder")


def test_a_table_kept_for_tests_gives_no_label_and_keeps_its_position(tmp_path):
    ours = ree_row("7", depname="Kutessay")
    other = critical_row("Kutessay", "Rare-Earth Elements", "Carbonatite")
    alone = critical_row("Araxa", "Rare-Earth Elements", "Carbonatite", lon="74")
    table = build_occurrences(
        {**ree_files(tmp_path, ours), **critical_files(tmp_path, other, alone)}
    ).table
    assert table.loc[table["preferred"], "occurrence_id"].tolist() == [
        "usgs-pp1802:1",
        "usgs-pp1802:2",
    ]
    assert labels(table, "carbonatite")["occurrence_id"].tolist() == ["usgs-ree:7"]


def test_a_record_the_catalogue_knows_to_be_wrong_is_kept_and_used_for_nothing(
    tmp_path, states
):
    files = ree_files(tmp_path, ree_row("1"), ree_row("2", lon="80"))
    shutil.copytree(CATALOGUE, tmp_path / "catalogue")
    entry = tmp_path / "catalogue" / "usgs-ree.toml"
    text = entry.read_text(encoding="utf-8")
    entry.write_text(f'{text}\n[wrong]\n2 = "a plant"\n', encoding="utf-8")
    table = located_records(files, load_catalogue(tmp_path / "catalogue"), states)
    assert table["quarantined"].tolist() == [False, True]
    assert table["reason"].tolist() == ["", "a plant"]
    assert table["preferred"].tolist() == [True, False]


def test_an_extract_of_mrds_is_read_where_the_whole_is_not_here(tmp_path):
    header = "dep_id,site_name,latitude,longitude,country,state,commod1,minmod_aliases"
    rows = [
        ["1", "Kutessay", "42.84809", "76.13386", "Kyrgyzstan", "", "Cerium, Lead", ""],
        ["2", "Boshchekul Plant", "51.76", "74.26", "Kazakhstan", "", "Copper", ""],
    ]
    path = tmp_path / "mrds-subset.csv"
    path.write_text(text_of(header, *rows), encoding="utf-8")
    table = build_occurrences({("usgs-mrds", path.name): path}).table
    assert table["commodities"].tolist() == ["Ce,Pb", "Cu"]
    assert table["uncertainty_km"].tolist() == [20.0, 20.0]
    assert table["is_facility"].tolist() == [False, True]


def test_records_that_survive_as_aliases_only_are_names_without_position(tmp_path):
    header = "rec_id,name,country,stprov,latitude,longitude,dep_type,minmod_commodity"
    row = ["7", "Boleo", "Mexico", "", "27.3", "-112.3", "Sediment-hosted", "Cu; Co"]
    path = zipped(
        tmp_path / "sir20105090z-csv.zip",
        sedcu_deps_pros_csv=text_of(header, row),
        pcu_deps_pros_csv=text_of(header),
        minmod_alias_only_csv=text_of(
            "rec_id,minmod_aliases", ["4", "Pebble Copper; Pebble"]
        ),
    )
    files = {("usgs-sir20105090z", "sir20105090z-csv.zip"): path}
    assert build_occurrences(files).table["commodities"].tolist() == ["Co,Cu"]
    assert build_unlocated(files).table["name"].tolist() == ["Pebble Copper"]


def test_a_tin_tungsten_record_without_a_list_has_a_group_and_no_commodity(tmp_path):
    header = "rec_id,depname,country,stprov,latitude,longitude,deptype,minmod_commodity"
    rows = [
        ["1", "Syrymbet", "Kazakhstan", "", "53.33333", "68.73333", "", ""],
        ["2", "Akchatau", "Kazakhstan", "", "47.98", "73.99", "", "wolframite"],
    ]
    path = zipped(tmp_path / "tin.zip", x__main_csv=text_of(header, *rows))
    files = {("gsc-tin-tungsten", "world_tin_tungsten_deposit-csv.zip"): path}
    table = build_occurrences(files).table
    assert table["commodities"].tolist() == ["", "W"]
    assert table["commodity_group"].tolist() == ["tin and tungsten"] * 2
    assert table["ree_evidence"].tolist() == ["pathfinder"] * 2


def test_a_smelter_that_lists_fifteen_rare_earths_is_marked_and_preferred_nowhere(
    tmp_path,
):
    smelter = mrds_row(
        "10303959",
        "(Facility) Irtysh Copper Smelter",
        "50.0978",
        "82.3171",
        commod1="REE, Copper",
        status="Plant",
    )
    found = build_occurrences(mrds_files(tmp_path, smelter)).table.loc[0]
    assert found[["is_facility", "preferred"]].tolist() == [True, False]
    assert found["ree_evidence"] == "direct"


def test_one_point_given_to_four_deposits_is_one_place(tmp_path):
    names = ("Annensk", "Pokro", "Zlatoust", "Krestovsk")
    rows = [
        mrds_row(str(number), name, "47.79797", "67.40092", commod1="Copper")
        for number, name in enumerate(names)
    ]
    table = build_occurrences(mrds_files(tmp_path, *rows)).table
    assert table["shared_point"].all()
    assert set(table["cluster_id"]) == {"usgs-mrds:0"}
    assert int(table["preferred"].sum()) == 1
    assert set(table["uncertainty_km"]) == {20.0}


def test_of_mrds_only_the_region_and_rare_earths_are_kept(tmp_path):
    table = build_occurrences(
        mrds_files(
            tmp_path,
            mrds_row("1", "Near", "48", "70.123", commod1="Gold"),
            mrds_row(
                "2",
                "Far gold",
                "39.1",
                "-116.2",
                country="United States",
                commod1="Gold",
            ),
            mrds_row(
                "3", "Far REE", "35.4", "-115.5", country="United States", commod1="REE"
            ),
        )
    ).table
    assert table["name"].tolist() == ["Near", "Far REE"]


SYNTHETIC = {
    "Site_ID": ["T1", "T2", "T3"],
    "Site_Name": ["Synthetic one", "Synthetic two", "Synthetic three"],
    "Country": ["Tajikistan", "Uzbekistan", "Kazakhstan"],
    "Deposit_Group": [
        "Carbonatite and alkaline rocks",
        "Pegmatite and skarn/greisen",
        "Weathered crust",
    ],
    "Commodities": ["REE, Nb", "Li, Ta", "Y"],
    "Host_Rock": ["syenite", "", "granite"],
    "Resources_note": ["small", "", ""],
}
LON, LAT = [70.1234, 65.5678, 67.8901], [39.1234, 40.5678, 50.8901]


def synthetic_points():
    return geopandas.GeoDataFrame(
        SYNTHETIC, geometry=geopandas.points_from_xy(LON, LAT), crs="EPSG:4326"
    )


def tien_shan_csv(tmp_path):
    frame = pd.DataFrame({**SYNTHETIC, "Longitude": LON, "Latitude": LAT})
    path = tmp_path / "tien-shan-ree.csv"
    path.write_text(frame.to_csv(index=False), encoding="utf-8")
    return path


def tien_shan_gdb(tmp_path):
    folder = tmp_path / "tienshan.gdb"
    synthetic_points().to_file(folder, driver="OpenFileGDB", layer="sites")
    return archived(folder, tmp_path / "tien-shan-ree.gdb.zip")


def test_the_display_name_of_the_tien_shan_inventory_is_shown_as_it_is(tmp_path):
    text = tien_shan_csv(tmp_path).read_text(encoding="utf-8")
    text = text.replace("Site_Name", "Name_Site").replace("Synthetic one", "Кутессай-2")
    path = tmp_path / "tien-shan-ree.csv"
    path.write_text(text, encoding="utf-8")
    table = build_occurrences({("usgs-tien-shan-ree", path.name): path}).table
    assert table["name"].iloc[0] == "Кутессай-2"


def tien_shan_shapefile(tmp_path):
    folder = tmp_path / "shp"
    folder.mkdir()
    short = {
        "Deposit_Group": "DEPOSIT_GR",
        "Commodities": "COMMODITIE",
        "Resources_note": "RES",
    }
    points = synthetic_points().rename(columns=short).to_crs("EPSG:32642")
    points.to_file(folder / "sites.shp", driver="ESRI Shapefile")
    return archived(folder, tmp_path / "tien-shan-ree-shp.zip")


def archived(folder, path):
    with zipfile.ZipFile(path, "w") as archive:
        for entry in sorted(folder.iterdir()):
            archive.write(entry, f"{folder.name}/{entry.name}")
    return path


@pytest.mark.parametrize("written", [tien_shan_csv, tien_shan_gdb, tien_shan_shapefile])
def test_the_tien_shan_inventory_is_read_from_any_of_its_formats(tmp_path, written):
    path = written(tmp_path)
    product = build_occurrences({("usgs-tien-shan-ree", path.name): path})
    table = product.table
    assert table["record_id"].tolist() == ["T1", "T2", "T3"]
    assert table["name"].tolist() == SYNTHETIC["Site_Name"]
    assert table["lon"].to_numpy() == pytest.approx(LON, abs=1e-6)
    assert table["lat"].to_numpy() == pytest.approx(LAT, abs=1e-6)
    assert table["country"].tolist() == ["TJK", "UZB", "KAZ"]
    assert table["ree_evidence"].tolist() == ["direct", "pathfinder", "direct"]
    assert table["deposit_type"].tolist() == ["carbonatite", "", "clay-hosted"]
    assert table["deposit_type_source"].tolist() == SYNTHETIC["Deposit_Group"]
    extra = json.loads(table["extra"].iloc[0])
    assert extra["host_rock"] == "syenite"
    assert "small" in extra.values()


def test_a_column_nobody_foresaw_is_an_edit_of_the_catalogue_and_of_nothing_else(
    tmp_path, states
):
    text = tien_shan_csv(tmp_path).read_text(encoding="utf-8")
    path = tmp_path / "tien-shan-ree.csv"
    path.write_text(text.replace("Site_Name", "Nazvanie"), encoding="utf-8")
    files = {("usgs-tien-shan-ree", path.name): path}
    with pytest.raises(
        LayerFormatError, match=r"name from .*'Site_ID', 'Nazvanie', 'Country'"
    ):
        build_occurrences(files)
    shutil.copytree(CATALOGUE, tmp_path / "catalogue")
    entry = tmp_path / "catalogue" / "usgs-tien-shan-ree.toml"
    text = entry.read_text(encoding="utf-8")
    entry.write_text(
        text.replace('name = ["name_site", ', 'name = ["nazvanie", '),
        encoding="utf-8",
    )
    table = located_records(files, load_catalogue(tmp_path / "catalogue"), states)
    assert table["name"].tolist() == SYNTHETIC["Site_Name"]


def test_the_global_geodatabase_has_points_and_a_table_of_names(tmp_path):
    folder = tmp_path / "usgs_Global_REE.gdb"
    points = synthetic_points()
    points.to_file(folder, driver="OpenFileGDB", layer="Global_REE")
    names = pd.DataFrame(
        {"Site_ID": ["N1"], "Site_Name": ["Nowhere"], "Country": ["Mali"]}
    )
    geopandas.GeoDataFrame(names, geometry=[None], crs="EPSG:4326").drop(
        columns="geometry"
    ).pipe(write_table, folder, "Global_REE_nonspatial_table")
    path = archived(folder, tmp_path / "usgs_Global_REE.gdb.zip")
    files = {("usgs-global-ree", path.name): path}
    assert len(build_occurrences(files).table) == 3
    unlocated = build_unlocated(files).table
    assert unlocated["name"].tolist() == ["Nowhere"]
    assert unlocated["ree_evidence"].tolist() == ["direct"]


def write_table(frame, folder, layer):
    import pyogrio

    pyogrio.write_dataframe(
        frame, folder, layer=layer, driver="OpenFileGDB", append=True
    )


def test_a_record_id_used_twice_gets_a_number_so_that_ids_differ(tmp_path, catalogue):
    files = ree_files(tmp_path, ree_row("1"), ree_row("1", lon="80"))
    records = uniform_records(files, catalogue)
    assert records["occurrence_id"].tolist() == ["usgs-ree:1", "usgs-ree:1#2"]
