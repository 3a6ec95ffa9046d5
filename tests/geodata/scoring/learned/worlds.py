"""Arguments, places and models made by hand, for tests of learned models."""

from typing import Any

import numpy as np
import pandas as pd

from geodata.evidence.measurement import Measurement
from geodata.evidence.recipes import Reading
from geodata.provenance import Provenance
from geodata.raster import DegreeArray, FloatArray
from geodata.scoring.learned.argument import Argument, LearnedType
from geodata.scoring.learned.fit import Coefficients
from geodata.scoring.learned.model import LearnedModel, Training
from geodata.scoring.learned.training_set import LABEL, LAND, OTHER_DEPOSIT, TrainingSet
from geodata.scoring.measured import Background


def measurement(layer: str = "rock", **facts: Any) -> Measurement:
    kept = {"measure": "value", "unit": "km", "column": "share", **facts}
    return Measurement(layer=layer, **kept)


def argument(name: str = "rock", **facts: Any) -> Argument:
    """Return an argument; its layer has its own name."""
    return Argument(
        **{
            "name": name,
            "title": f"Title of {name}",
            "claim": f"Claim of {name}.",
            "measurement": measurement(name),
            "scale": "plain",
            "direction": "either",
            "reference": "by hand",
            **facts,
        }
    )


def classes_of(name: str = "crust", *classes: str) -> Argument:
    """Return an argument with a column for each class."""
    return argument(
        name,
        measurement=measurement(name, measure="class", unit=""),
        scale="class",
        classes=classes,
    )


def record(layer: str = "rock", sha256: str = "ab", **extra: Any) -> Provenance:
    return Provenance(
        layer=layer,
        title=f"Small {layer}",
        kind="raster",
        file="",
        sha256=sha256,
        bytes=0,
        members=(),
        citation="test",
        licence="CC0-1.0",
        credit="test",
        open=True,
        resolution="test",
        resolution_km=1.0,
        uncertainty="test",
        command="test",
        extra=extra,
    )


def reading(of: Argument, values: Any, *, sha256: str | None = "ab") -> Reading:
    """Return a reading of an argument from a function of place."""

    def asked(lon: DegreeArray, lat: DegreeArray) -> FloatArray:
        return np.asarray(values(lon, lat), dtype=np.float32)

    layer = of.measurement.layer
    return Reading(
        measurement=of.measurement,
        values=asked,
        name_at=lambda _lon, _lat: "",
        classes=of.classes,
        provenance=None if sha256 is None else record(layer, sha256),
    )


def places_of(
    group: Any,
    encoded: Any,
    *,
    lon: Any = None,
    lat: Any = None,
    country: Any = "",
    table: Any = "",
    said: Any = "",
) -> TrainingSet:
    """Put places and what was read there together; without positions all lie apart."""
    kinds = np.asarray(group, dtype=np.int64)
    count = len(kinds)
    columns = np.asarray(encoded, dtype=np.float64).reshape(count, -1)
    spread = np.arange(count) * 3.0 % 359 - 179
    return TrainingSet(
        places=pd.DataFrame(
            {
                "name": [f"place {number}" for number in range(count)],
                "lon": np.asarray(spread if lon is None else lon, dtype=np.float64),
                "lat": np.broadcast_to(
                    np.asarray(10.0 if lat is None else lat, dtype=np.float64), count
                ),
                "uncertainty_km": np.zeros(count),
                **{
                    name: np.broadcast_to(np.asarray(text, dtype=object), count)
                    for name, text in (
                        ("country", country),
                        ("table", table),
                        ("said", said),
                    )
                },
            }
        ),
        group=kinds,
        encoded=columns,
    )


def world(
    seed: int = 0, *, each: int = 40, columns: int = 2, pull: float = 1.0
) -> TrainingSet:
    """Scatter synthetic examples, other deposits and land over the globe.

    The first column is higher by ``pull`` at examples; the others say nothing.
    """
    chance = np.random.default_rng(seed)
    group = np.repeat([LABEL, OTHER_DEPOSIT, LAND], [each, 3 * each, 3 * each])
    encoded = chance.normal(size=(len(group), columns))
    encoded[group == LABEL, 0] += pull
    country = np.array([f"land {n}" for n in chance.integers(6, size=len(group))])
    country[group == LAND] = ""
    return places_of(
        group,
        encoded,
        lon=chance.uniform(-180, 180, len(group)),
        lat=np.degrees(np.arcsin(chance.uniform(-0.8, 0.8, len(group)))),
        country=country,
    )


def blocks_of_secrets(seed: int = 0) -> TrainingSet:
    """Hide the answer in the place: one column for each block, 1 inside it.

    Every block holds places of one kind only, drawn at random, so that a block tells
    everything of its own places and nothing of other blocks.  Blocks of 15 degrees
    with either shift keep the places of one together.
    """
    chance = np.random.default_rng(seed)
    lon, lat = (
        grid.ravel()
        for grid in np.meshgrid(
            np.arange(-176.25, 180, 30.0), np.array([-41.25, -11.25, 18.75, 48.75])
        )
    )
    kind = chance.permutation(np.arange(len(lon)) % 3)
    owner = np.repeat(np.arange(len(lon)), 4)
    east, north = chance.uniform(-3, 3, size=(2, len(owner)))
    inside = owner[:, np.newaxis] == np.arange(len(lon))
    return places_of(kind[owner], inside, lon=lon[owner] + east, lat=lat[owner] + north)


def model_of(
    *arguments: Argument,
    slopes: Any,
    intercept: float = 0.25,
    centre: Any = 0.0,
    spread: Any = 1.0,
    least: Any = -1e6,
    greatest: Any = 1e6,
    importance: Any = None,
    refits: Any = (),
    deposit_type: str = "carbonatite",
) -> LearnedModel:
    """Return a model with given coefficients; without refits unless some are given."""
    many = np.asarray(slopes, dtype=np.float64)
    each = {"centre": centre, "spread": spread, "least": least, "greatest": greatest}
    return LearnedModel(
        deposit_type=deposit_type,
        title="Made by hand",
        arguments=arguments,
        coefficients=Coefficients(
            intercept=intercept,
            slopes=many,
            **{
                name: np.broadcast_to(np.asarray(value, dtype=np.float64), many.shape)
                for name, value in each.items()
            },
        ),
        importance=np.asarray(
            np.ones(len(arguments)) if importance is None else importance,
            dtype=np.float64,
        ),
        refits=np.asarray(refits, dtype=np.float64).reshape(-1, len(many)),
        training=Training(
            positives=30,
            others=200,
            land=300,
            withheld="",
            ridge=10.0,
            land_share=0.5,
            layers={"rock": "ab"},
        ),
    )


def learned_type(*arguments: Argument) -> LearnedType:
    return LearnedType(
        deposit_type="carbonatite", title="Made by hand", arguments=arguments
    )


def background(classes: tuple[str, ...] = (), *, title: str = "Small") -> Background:
    """Return a region where a measurement runs evenly from 0 to 100."""
    return Background(
        layer_title=title,
        source="small source",
        licence="CC0-1.0",
        classes=classes,
        percentiles=() if classes else tuple(float(n) for n in range(101)),
    )
