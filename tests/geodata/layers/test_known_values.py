"""The finished layers say at known places what their publishers say there.

Values were read from the public files with other programs than ours (notes on
layers, sections 6 to 9); a wrong axis, row order, unit or CRS fails at once.
"""

import numpy as np
import pyproj
import pytest
import shapely

from geodata.checksums import file_checksum
from geodata.sources import load_catalogue

EARTH = pyproj.Geod(ellps="WGS84")
CITIES = {
    "Astana": (71.43, 51.17),
    "Kokshetau": (69.39, 53.28),
    "Almaty": (76.89, 43.24),
    "Tashkent": (69.28, 41.31),
    "Ashgabat": (58.38, 37.95),
    "Ust-Kamenogorsk": (82.61, 49.95),
    "Bishkek": (74.59, 42.87),
    "Dushanbe": (68.77, 38.56),
    "Issyk-Kul": (77.2, 42.43),
    "Pamir": (73.0, 38.5),
}
LARGEST_BUNDLE = 6_000_000


def names_at(table, column, lon, lat):
    return list(table[table.contains(shapely.Point(lon, lat))][column])


def bilinear(layer, band, lon, lat):
    values = layer.bands[band]
    row = (layer.north - lat) / layer.step_lat_deg - 0.5
    column = (lon - layer.west) / layer.step_lon_deg - 0.5
    top, left = int(row), int(column)
    down, right = row - top, column - left
    upper = values[top, left] * (1 - right) + values[top, left + 1] * right
    lower = values[top + 1, left] * (1 - right) + values[top + 1, left + 1] * right
    return upper * (1 - down) + lower * down


def test_the_bundle_is_small_enough_to_travel_with_the_code(bundle):
    total = sum(bundle.provenance(layer).bytes for layer in bundle.ids())
    assert total <= LARGEST_BUNDLE


def test_every_layer_of_the_bundle_is_whole_and_may_be_handed_on(bundle):
    for layer in bundle.ids():
        record = bundle.provenance(layer)
        assert len(bundle.content(layer)) == record.bytes, layer
        assert record.open, layer


def test_layers_made_at_setup_are_marked_as_not_open(home_layers):
    for layer in home_layers.ids():
        assert not home_layers.provenance(layer).open, layer


def test_records_name_the_files_pinned_in_the_catalogue(bundle, home_layers):
    catalogue = load_catalogue()
    for store in (bundle, home_layers):
        for layer in set(store.ids()) - {"occurrences"}:
            for member in store.provenance(layer).members:
                assert catalogue[member.source].member(member.member) == member


@pytest.mark.parametrize(
    ("iso3", "area_km2"),
    [
        ("KAZ", 2_720_674),
        ("KGZ", 198_938),
        ("TJK", 142_403),
        ("TKM", 471_000),
        ("UZB", 448_037),
    ],
)
def test_a_state_is_valid_and_has_its_area(bundle, iso3, area_km2):
    table = bundle.vector("states").table
    (shape,) = table[table["iso3"] == iso3].geometry
    area, _ = EARTH.geometry_area_perimeter(shapely.orient_polygons(shape))
    assert shape.is_valid
    assert area / 1e6 == pytest.approx(area_km2, rel=0.005)


def test_sokh_belongs_to_uzbekistan_and_baikonur_to_kazakhstan(bundle):
    table = bundle.vector("states").table
    assert names_at(table, "iso3", 71.13, 39.98) == ["UZB"]
    assert names_at(table, "iso3", 63.31, 45.96) == ["KAZ"]
    assert names_at(table, "iso3", 63.30, 45.62) == ["KAZ"]


def test_states_do_not_overlap(bundle):
    shapes = list(bundle.vector("states").table.geometry)
    whole = shapely.union_all(shapes)
    assert sum(shape.area for shape in shapes) == pytest.approx(whole.area, abs=1e-3)


def test_neighbours_are_the_lands_around_and_none_of_the_five(bundle):
    table = bundle.vector("neighbours").table
    assert {"RUS", "CHN", "AFG", "IRN"} <= set(table["iso3"].dropna())
    assert not {"KAZ", "KGZ", "TJK", "TKM", "UZB"} & set(table["iso3"].dropna())
    assert names_at(table, "iso3", 82.9, 55.0) == ["RUS"]


@pytest.mark.parametrize(
    ("name", "lon", "lat"),
    [
        ("Caspian Sea", 51.0, 42.0),
        ("Lake Balkhash", 73.95, 45.9),
        ("Issyk-Kul", 77.2, 42.43),
    ],
)
def test_a_large_lake_lies_where_it_is(bundle, name, lon, lat):
    assert names_at(bundle.vector("lakes").table, "name", lon, lat) == [name]


def test_places_lie_in_their_states_and_the_largest_come_first(bundle):
    table = bundle.vector("places").table
    counts = table["state"].value_counts()
    assert counts.to_dict() == {
        "KAZ": 351,
        "UZB": 221,
        "KGZ": 111,
        "TKM": 106,
        "TJK": 103,
    }
    assert set(table["name"].head(2)) == {"Tashkent", "Almaty"}
    states = bundle.vector("states").table
    inside = table.sjoin(states, predicate="within", lsuffix="p", rsuffix="s")
    assert len(inside) > 0.99 * len(table)
    # Villages at the enclaves of the Fergana valley fall on the other side of
    # borders drawn at 1:10 million.
    assert np.mean(inside["state"].to_numpy() == inside["iso3"].to_numpy()) > 0.98


@pytest.mark.parametrize(
    ("city", "regime"),
    [
        ("Astana", "stable"),
        ("Kokshetau", "stable"),
        ("Almaty", "active"),
        ("Tashkent", "active"),
        ("Ashgabat", "active"),
        ("Ust-Kamenogorsk", "active"),
        ("Pamir", "subduction"),
    ],
)
def test_a_place_has_its_tectonic_regime(bundle, city, regime):
    table = bundle.vector("tectonic-regime").table
    assert names_at(table, "regime", *CITIES[city]) == [regime]


@pytest.mark.parametrize(
    ("city", "height_m", "tolerance_m"),
    [
        ("Almaty", 805, 25),
        ("Bishkek", 762, 25),
        ("Tashkent", 455, 15),
        ("Dushanbe", 805, 40),
        ("Ashgabat", 206, 25),
        ("Issyk-Kul", 1600, 5),
        ("Astana", 351, 10),
        ("Kokshetau", 227, 40),
        ("Pamir", 4400, 150),
    ],
)
def test_a_place_has_its_height(bundle, city, height_m, tolerance_m):
    found = bundle.raster("relief").raster.value("elevation_m", *CITIES[city])
    assert found == pytest.approx(height_m, abs=tolerance_m)


def test_land_below_the_sea_is_not_cut_off_at_zero(bundle):
    relief = bundle.raster("relief").raster
    heights = relief.bands["elevation_m"]
    assert np.nanmin(heights) == pytest.approx(-132, abs=5)  # Karagiye
    row, column = np.unravel_index(np.nanargmin(heights), heights.shape)
    assert relief.west + column / 60 == pytest.approx(51.8, abs=0.2)
    assert relief.north - row / 60 == pytest.approx(43.45, abs=0.2)
    assert relief.value("elevation_m", 51.9, 47.1) == pytest.approx(-25, abs=5)


def test_the_caspian_reads_its_surface(bundle):
    assert bundle.raster("relief").raster.value("elevation_m", 50.9, 43.6) == -28.0


def test_relief_is_known_in_all_states_and_unknown_far_from_them(bundle):
    relief = bundle.raster("relief").raster
    for shape in bundle.vector("states").table.geometry:
        place = shape.representative_point()
        assert np.isfinite(relief.value("elevation_m", place.x, place.y))
    assert np.isnan(relief.value("elevation_m", 86.0, 37.0))
    # 0.6 degrees south of Termez, in Afghanistan: beyond the margin.
    assert np.isnan(relief.value("elevation_m", 67.3, 36.5))


def test_no_step_stands_where_two_models_of_relief_meet(bundle):
    relief = bundle.raster("relief").raster
    heights = relief.bands["elevation_m"]
    bends = np.abs(heights[2:] - 2 * heights[1:-1] + heights[:-2])
    for lat in (50.0, 49.75, 44.71, 44.56):
        row = round((relief.north - lat) * 60)
        seam, north, south = (
            float(np.nanmean(bends[rows]))
            for rows in (
                slice(row - 3, row + 2),
                slice(row - 20, row - 3),
                slice(row + 2, row + 19),
            )
        )
        assert seam <= 1.2 * max(north, south), lat


@pytest.mark.parametrize(
    ("lat", "lon", "anomaly_mgal"),
    [
        (42.0, 78.0, 66.4),
        (38.5, 73.0, 43.6),
        (48.0, 73.0, -3.9),
        (42.0, 60.0, -4.0),
        (48.0, 50.0, -22.8),
        (39.5, 80.0, -17.7),
    ],
)
def test_a_node_has_its_free_air_anomaly(bundle, lat, lon, anomaly_mgal):
    layer = bundle.raster("gravity").raster
    assert layer.value("free_air_mgal", lon, lat) == pytest.approx(
        anomaly_mgal, abs=0.1
    )


@pytest.mark.parametrize(
    ("lat", "lon", "anomaly_mgal"),
    [(40.625, 71.5, -235.8), (53.25, 69.375, 1.8), (43.25, 76.875, -4.0)],
)
def test_between_nodes_the_free_air_anomaly_is_interpolated(
    bundle, lat, lon, anomaly_mgal
):
    layer = bundle.raster("gravity").raster
    assert bilinear(layer, "free_air_mgal", lon, lat) == pytest.approx(
        anomaly_mgal, abs=1.5
    )


@pytest.mark.parametrize(
    ("lat", "lon", "anomaly_mgal"),
    [
        (40.625, 71.5, -282),
        (42.0, 78.0, -328),
        (38.5, 73.0, -445),
        (48.0, 73.0, -93),
        (53.25, 69.375, -29),
        (42.0, 60.0, -14),
        (48.0, 50.0, -23),
    ],
)
def test_a_node_has_its_bouguer_anomaly(bundle, lat, lon, anomaly_mgal):
    # Another relief stood behind these values: 10 mGal is 90 m of mean height.
    layer = bundle.raster("gravity").raster
    assert bilinear(layer, "bouguer_mgal", lon, lat) == pytest.approx(
        anomaly_mgal, abs=10
    )


def test_gravity_has_its_known_range(bundle):
    values = bundle.raster("gravity").raster.bands["free_air_mgal"]
    assert values.min() == pytest.approx(-236.7, abs=1)
    assert values.max() == pytest.approx(243.6, abs=3)
    assert values.std() == pytest.approx(48, abs=1)


@pytest.mark.parametrize(
    ("city", "name", "plate_id"),
    [
        ("Astana", "North Tien Shan (Kaza)", 459),
        ("Kokshetau", "Kokchetav-Ishim (Kaza)", 458),
        ("Almaty", "Chu-Ili (Kaza)", 460),
        ("Tashkent", "Central Tien Shan (Kaza)", 466),
        ("Ashgabat", "Karakum", 301),
        ("Pamir", "North Pamirs", 590),
    ],
)
def test_a_place_lies_in_its_terrane(home_layers, city, name, plate_id):
    table = home_layers.vector("terranes").table
    assert names_at(table, "name", *CITIES[city]) == [name]
    assert names_at(table, "plate_id", *CITIES[city]) == [plate_id]


def test_terranes_cover_the_window_without_overlap(home_layers):
    layer = home_layers.vector("terranes")
    window = shapely.box(44, 33, 90, 58)
    assert sum(shape.area for shape in layer.table.geometry) == pytest.approx(
        window.area, rel=1e-4
    )
    assert layer.coverage.area == pytest.approx(window.area, rel=1e-4)


def test_each_side_of_a_terrane_boundary_is_the_terrane_it_names(home_layers):
    names = home_layers.vector("terranes").table.dissolve(by="name").geometry
    for row in home_layers.vector("terrane-boundaries").table.itertuples():
        middle = shapely.line_interpolate_point(row.geometry, 0.5, normalized=True)
        ahead = shapely.line_interpolate_point(row.geometry, 0.501, normalized=True)
        east, north = ahead.x - middle.x, ahead.y - middle.y
        size = 1e-3 / np.hypot(east, north)
        left = shapely.Point(middle.x - north * size, middle.y + east * size)
        right = shapely.Point(middle.x + north * size, middle.y - east * size)
        assert names[row.left].contains(left), row.name
        assert names[row.right].contains(right), row.name
        assert row.name == f"{row.left} | {row.right}"
        assert row.left != row.right


def test_the_edge_of_the_window_is_no_terrane_boundary(home_layers):
    edge = shapely.box(44, 33, 90, 58).boundary.buffer(1e-3)
    lines = home_layers.vector("terrane-boundaries").table.geometry
    assert sum(part.length for part in lines.intersection(edge)) < 0.1


def test_terrane_boundaries_pass_through_every_state(bundle, home_layers):
    lines = home_layers.vector("terrane-boundaries").table.geometry
    for row in bundle.vector("states").table.itertuples():
        inside = lines.intersection(row.geometry)
        length_km = sum(EARTH.geometry_length(line) for line in inside) / 1000.0
        assert length_km > 500.0, row.iso3


@pytest.mark.parametrize(
    ("lon", "lat", "moho_km", "lid_km"),
    [
        (77.1953, 42.9654, 61.550, 75.000),  # node 14488, near Almaty
        (78.0, 42.0, 56.190, 68.036),  # near node 14506
    ],
)
def test_litho1_reads_its_nodes(home_layers, lon, lat, moho_km, lid_km):
    # Up to 0.2 degrees from the node; the Moho changes by some km per degree.
    crust = home_layers.raster("crust").raster
    assert bilinear(crust, "moho_litho1_km", lon, lat) == pytest.approx(moho_km, abs=2)
    assert bilinear(crust, "lithosphere_base_km", lon, lat) == pytest.approx(
        lid_km, abs=12
    )


@pytest.mark.parametrize(
    ("lon", "lat", "moho_km", "tolerance_km"),
    [
        (76.5, 43.5, 48.58, 0.9),
        (71.5, 51.5, 48.38, 0.9),
        (82.5, 48.5, 45.45, 0.9),
        (70.5, 39.5, 49.38, 0.9),
        (61.5, 52.5, 44.94, 0.9),
        (64.5, 41.5, 39.23, 0.9),
        (66.5, 37.5, 41.29, 0.9),
        (52.5, 43.5, 39.86, 0.9),
        (73.5, 38.5, 64.27, 2.5),  # a summit of the model, 8 km above its neighbours
    ],
)
def test_crust1_reads_its_cells(home_layers, lon, lat, moho_km, tolerance_km):
    # At the middle of the 1-degree cell, where four cells of 0.25 degrees meet:
    # linear interpolation blunts the summits.
    crust = home_layers.raster("crust").raster
    assert bilinear(crust, "moho_crust1_km", lon, lat) == pytest.approx(
        moho_km, abs=tolerance_km
    )


def test_the_two_crust_models_differ_as_known(home_layers):
    difference = home_layers.raster("crust").raster.bands["moho_difference_km"]
    assert difference.mean() == pytest.approx(5.2, abs=0.8)
    assert np.sqrt((difference**2).mean()) == pytest.approx(6.8, abs=0.5)


def test_the_mean_moho_lies_midway(home_layers):
    bands = home_layers.raster("crust").raster.bands
    np.testing.assert_allclose(
        bands["moho_km"],
        (bands["moho_litho1_km"] + bands["moho_crust1_km"]) / 2,
        atol=0.02,
    )


def test_sediment_is_thick_in_the_caspian_lowland_and_thin_on_the_shield(home_layers):
    crust = home_layers.raster("crust").raster
    assert crust.value("sediment_km", 50.0, 48.0) == pytest.approx(13.0, abs=3.0)
    assert crust.value("sediment_km", 73.0, 48.0) < 1.0
    assert crust.bands["sediment_km"].min() >= 0.0


def test_crustal_types_are_named(home_layers):
    crust = home_layers.raster("crust").raster
    classes = home_layers.provenance("crust").extra["classes"]
    code = str(int(crust.value("crust_type", 50.0, 48.5)))
    assert classes[code] == "Caspian depression"
    assert {str(int(code)) for code in np.unique(crust.bands["crust_type"])} == set(
        classes
    )


def test_palaeolithology_counts_and_reach(home_layers):
    layer = home_layers.vector("palaeolithology")
    box = layer.table.cx[46:88, 35:56]
    counts = box["lithology"].value_counts()
    assert {
        name: int(counts[name]) for name in ("bauxite", "kaolinite", "laterite")
    } == {
        "bauxite": 70,
        "kaolinite": 29,
        "laterite": 5,
    }
    assert all(layer.coverage.covers(point) for point in layer.table.geometry)


def test_a_record_has_the_checksum_of_its_file(bundle, home_layers):
    for store in (bundle, home_layers):
        for layer in store.ids():
            record = store.provenance(layer)
            (folder,) = store._folders
            assert file_checksum(folder / record.file) == record.sha256
