"""The crust of the whole world: nodes, seams, and agreement with the region's layer."""

import io

import numpy as np
import pytest

from geodata.layers.crust import litho1_fields
from geodata.layers.crust_world import (
    SHARES,
    build_crust_world,
    sliding,
    world_fields,
)
from geodata.layers.litho1 import (
    CRUST_TYPE_NAMES,
    CRUST_TYPES,
    LITHO1,
    MARGIN_DEG,
    read_litho1,
    stereographic,
)

NODES = 8_000  # about 2.3 degrees apart; the model itself has 40,962
GOLDEN = (1 + 5**0.5) / 2


def places(count):
    """Spread places evenly over the globe, both poles among them."""
    lat = np.degrees(np.arcsin(np.linspace(-1, 1, count)))
    lon = (np.arange(count) * 360 / GOLDEN) % 360 - 180
    return lon, lat


def archive(**arrays):
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    return buffer.getvalue()


def litho1(moho_km, lid_km, sediment_km):
    """Write the nodes; the geocentric latitude comes before the geodetic one."""
    lon, lat = places(NODES)
    depth = np.zeros((19, 9, NODES))
    depth[3, 0] = 1000 * moho_km(lon, lat)
    depth[1, 0] = 1000 * lid_km(lon, lat)
    depth[9, 0], depth[14, 0] = 1000 * sediment_km(lon, lat) - 500, -500
    return archive(
        litho1_mesh_coords=np.column_stack([lat * 0.99, lat, lon]),
        litho1_all_data=depth,
    )


def rough(lon, lat):
    """Take values between 30 and 50 that jump from node to node."""
    return 40 + 10 * np.sin(1000 * lon + 700 * lat)


@pytest.fixture(scope="module")
def content():
    return litho1(rough, lambda lon, lat: 100 + lat / 2, lambda lon, lat: lat / 45)


@pytest.fixture(scope="module")
def made(content):
    codes = np.zeros((180, 360), dtype=np.int64)
    codes[0, 0] = 2  # 89 to 90 N, 180 to 179 W
    codes[179, 359] = 3
    names = b"".join(
        b'c1_region_descriptor.append("%b")\n' % name
        for name in (b"Ocean", b"none", b"North  West,", b"South East")
    )
    return build_crust_world(
        {
            LITHO1: content,
            CRUST_TYPES: archive(latlonDescriptor=codes),
            CRUST_TYPE_NAMES: names,
        }
    )


def test_values_at_nodes_are_the_nodes_own_everywhere_on_earth(content):
    lon, lat = places(NODES)
    found = world_fields(content, lon, lat)
    np.testing.assert_allclose(found["moho"], rough(lon, lat), atol=1e-9)
    np.testing.assert_allclose(found["lid"], 100 + lat / 2, atol=1e-9)
    np.testing.assert_allclose(found["sediment"], np.maximum(lat / 45, 0), atol=1e-9)


def test_between_nodes_values_stay_within_them_and_follow_a_slope(content):
    lon, lat = np.meshgrid(np.linspace(-180, 180, 73), np.linspace(-90, 90, 61))
    found = world_fields(content, lon, lat)
    assert found["moho"].shape == (61, 73)
    assert 30 <= found["moho"].min() <= found["moho"].max() <= 50
    far = np.abs(lat) < 85  # on the poles latitude is no slope but a summit
    np.testing.assert_allclose(found["lid"][far], (100 + lat / 2)[far], atol=0.3)


def test_neither_the_180th_meridian_nor_the_equator_is_a_seam(content):
    up, along = np.linspace(-90, 90, 361), np.linspace(-180, 180, 3_601)
    west, north = np.full(361, -180.0), np.zeros(3_601)
    found = world_fields(
        content,
        np.concatenate([west, -west, along, along]),
        np.concatenate([up, up, north, north - 1e-9]),
    )
    for name, values in found.items():
        np.testing.assert_allclose(values[:361], values[361:722], atol=1e-9)
        north, south = values[722:4_323], values[4_323:]
        # The planes bend: by less than 1 % of what nodes differ by, up to 20 km.
        np.testing.assert_allclose(north, south, atol=0.2, err_msg=name)
        assert np.abs(north - south).mean() < 0.05, name


def test_in_the_window_it_says_what_the_region_says(content):
    lon, lat = np.meshgrid(np.linspace(44, 90, 47), np.linspace(33, 58, 26))
    world, region = (read(content, lon, lat) for read in (world_fields, litho1_fields))
    for name in ("moho", "lid", "sediment"):
        assert np.abs(world[name] - region[name]).mean() < 0.05, name


def test_a_stereographic_plane_is_true_to_its_formula():
    # From a pole the distance on the plane is 2 tan(colatitude / 2).
    lon, lat = np.array([0.0, 90.0, 180.0]), np.array([0.0, 30.0, 90.0])
    expected = [[0, -2], [2 * np.tan(np.radians(30)), 0], [0, 0]]
    np.testing.assert_allclose(stereographic(lon, lat, 0, 90), expected, atol=1e-12)
    expected = [[0, 2], [2 * np.tan(np.radians(60)), 0]]
    south = stereographic(lon[:2], lat[:2], 0, -90)
    np.testing.assert_allclose(south, expected, atol=1e-12)


def test_only_the_chosen_nodes_are_kept(content):
    nodes = read_litho1(content)
    own = nodes.only(nodes.lat > -MARGIN_DEG)
    assert len(own.lon) == len(own.lat) == len(own.values_km)
    assert -MARGIN_DEG < own.lat.min() < 1 - MARGIN_DEG
    assert own.values_km.shape[1] == 3


def test_the_raster_covers_the_world_without_gaps(made):
    image = made.image
    assert (image.west, image.north) == (-180, 90)
    assert (image.step_lon_deg, image.step_lat_deg) == (0.5, 0.5)
    assert image.shape == (360, 720)
    assert list(image.bands)[:4] == [
        "moho_km",
        "sediment_km",
        "lithosphere_base_km",
        "crust_type",
    ]
    for name, band in image.bands.items():
        assert band.dtype == np.float32
        assert not np.isnan(band).any(), name


def test_a_cell_holds_the_value_at_its_middle(made, content):
    found = world_fields(content, np.array([60.25]), np.array([-30.75]))
    moho = made.image.value("moho_km", 60.4, -30.9)
    assert moho == pytest.approx(found["moho"][0], abs=0.006)
    lid = made.image.value("lithosphere_base_km", 60.1, -30.6)
    assert lid == pytest.approx(100 - 30.75 / 2, abs=0.1)
    assert made.image.value("sediment_km", 60.25, 45.25) == pytest.approx(1, abs=0.02)
    assert made.image.bands["sediment_km"].min() == 0


def test_crustal_types_are_those_of_the_cell_and_have_clean_names(made):
    assert made.extra == {
        "classes": {"0": "Ocean", "2": "North West", "3": "South East"}
    }
    codes = made.image.bands["crust_type"]
    assert (codes[:2, :2] == 2).all()  # a cell of one degree is four of ours
    assert (codes[-2:, -2:] == 3).all()
    assert (codes != 0).sum() == 8


def test_the_finished_layers_of_world_and_region_agree(home_layers):
    world, region = home_layers.raster("crust-world"), home_layers.raster("crust")
    rows, columns = slice(64, 114), slice(448, 540)  # 58 to 33 N, 44 to 90 E
    # Four cells of a quarter degree meet in the middle of one of half a degree.
    for ours, theirs, apart_km in (
        ("moho_km", "moho_litho1_km", 0.1),
        ("lithosphere_base_km", "lithosphere_base_km", 1.2),
        ("sediment_km", "sediment_km", 0.05),
    ):
        fine = region.raster.bands[theirs].reshape(50, 2, 92, 2).mean(axis=(1, 3))
        apart = np.abs(world.raster.bands[ours][rows, columns] - fine)
        assert apart.mean() < apart_km, ours
    np.testing.assert_array_equal(
        world.raster.bands["crust_type"][rows, columns],
        region.raster.bands["crust_type"][::2, ::2],
    )
    names = world.provenance.extra["classes"]
    assert region.provenance.extra["classes"].items() <= names.items()
    assert len(names) == 36


def test_the_finished_layer_has_no_step_on_the_equator_or_at_180(home_layers):
    layer = home_layers.raster("crust-world").raster
    for name in ("moho_km", "lithosphere_base_km", "sediment_km"):
        band = layer.bands[name]
        beside = np.abs(band[:, 0] - band[:, -1]).mean()
        assert beside < 1.5 * np.abs(np.diff(band, axis=1)).mean(), name
        across = np.abs(np.diff(band[170:190], axis=0)).mean(axis=1)
        assert across[9] < 1.5 * across.mean(), name


@pytest.mark.parametrize(
    ("lon", "lat", "name"),
    [
        (80.5, 35.5, "Slow orogen (Himalaya)"),
        (-140.0, 20.0, "Normal oceanic"),
        (50.0, 48.5, "Caspian depression"),
    ],
)
def test_known_places_of_the_world_have_their_type(home_layers, lon, lat, name):
    layer = home_layers.raster("crust-world").raster
    code = str(int(layer.value("crust_type", lon, lat)))
    assert home_layers.provenance("crust-world").extra["classes"][code] == name


def test_a_class_slides_linearly_between_the_middles_of_its_cells():
    inside = np.zeros((3, 4), dtype=bool)
    inside[1, 1] = True
    found = sliding(np.kron(inside, np.ones((2, 2), dtype=bool)))
    across = [0, 0.25, 0.75, 0.75, 0.25, 0, 0, 0]
    down = [0, 0.25, 0.75, 0.75, 0.25, 0]
    np.testing.assert_allclose(found, np.outer(down, across))


def test_a_class_slides_over_the_date_line_but_not_over_the_poles():
    inside = np.zeros((3, 4), dtype=bool)
    inside[0, 0] = True
    found = sliding(np.kron(inside, np.ones((2, 2), dtype=bool)))
    across = [0.75, 0.75, 0.25, 0, 0, 0, 0, 0.25]
    down = [1, 0.75, 0.25, 0, 0, 0]  # beyond the pole it goes on as it is
    np.testing.assert_allclose(found, np.outer(down, across))


def test_what_is_everywhere_or_nowhere_stays_so():
    whole = np.ones((4, 6), dtype=bool)
    assert (sliding(whole) == 1).all()
    assert (sliding(~whole) == 0).all()


def test_shares_of_the_world_are_those_of_their_types(home_layers):
    layer = home_layers.raster("crust-world").raster
    names = home_layers.provenance("crust-world").extra["classes"]
    codes = layer.bands["crust_type"]
    assert set(SHARES) <= set(layer.bands)
    for share, types in SHARES.items():
        wanted = [int(code) for code, name in names.items() if name in types]
        assert len(wanted) == len(types)  # every type is one of the model's
        band, inside = layer.bands[share], np.isin(codes, wanted)
        assert band.min() == 0
        assert band.max() == 1
        assert (band[inside] >= 0.5).all()
        assert (band[~inside] <= 0.5).all()
        assert 0.001 < inside.mean() < 0.3
