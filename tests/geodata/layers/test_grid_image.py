"""Grids of nodes as rasters of the store, and globes turned to begin at 180 W."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geodata.errors import LayerFormatError
from geodata.layers.grid_image import around_greenwich, image_of
from geodata.readers.degree_grid import raster_of_nodes


def globe(columns, *, west, repeated=False):
    """Each value is its longitude, -180 up to 180."""
    step = 360.0 / columns
    count = columns + repeated
    lon = west + step * np.arange(count)
    values = np.repeat(((lon + 180.0) % 360.0 - 180.0)[np.newaxis], 3, axis=0)
    return raster_of_nodes(
        values, west=west, north=1.0, step_lon_deg=step, step_lat_deg=1.0
    )


@given(
    columns=st.integers(4, 400),
    start=st.sampled_from(["-180", "0", "half", "half east", "180"]),
    repeated=st.booleans(),
)
def test_turned_grids_cover_the_globe_and_keep_every_value_at_its_place(
    columns, start, repeated
):
    step = 360.0 / columns
    west = {
        "-180": -180.0,
        "0": 0.0,
        "half": -180.0 + step / 2,
        "half east": step / 2,
        "180": -180.0 - step / 2,
    }[start]
    turned = around_greenwich(globe(columns, west=west, repeated=repeated))
    edges = turned.bounds
    assert edges.west <= -180.0 + 1e-6
    assert edges.east >= 180.0 - 1e-6
    assert turned.values.shape[1] in {columns, columns + 1}
    lon = turned.west + turned.step_lon_deg * (np.arange(turned.shape[1]) + 0.5)
    difference = (turned.values - lon + 180.0) % 360.0 - 180.0
    assert np.abs(difference).max() < 1e-6


def test_a_grid_that_does_not_go_round_is_not_turned():
    part = raster_of_nodes(
        np.zeros((3, 4)), west=60.0, north=42.0, step_lon_deg=1.0, step_lat_deg=1.0
    )
    with pytest.raises(LayerFormatError, match="around the globe"):
        around_greenwich(part)


def test_bands_at_different_places_make_no_raster():
    values = np.zeros((2, 3))
    first, other = (
        raster_of_nodes(
            values, west=west, north=1.0, step_lon_deg=1.0, step_lat_deg=1.0
        )
        for west in (0.0, 0.5)
    )
    with pytest.raises(LayerFormatError, match="same places"):
        image_of({"one": first, "two": other}, decimals=1)
