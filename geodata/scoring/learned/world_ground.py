"""The places of the world that judge an expert argument, and what is read there.

Occurrences with the circle of error of their positions, and land laid out evenly;
Central Asia and 300 km around it take no part.
"""

import dataclasses
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pandas as pd

from geodata.errors import MissingLayerError
from geodata.evidence.measurement import Measurement
from geodata.evidence.proximity import arc_km, earth_centred
from geodata.evidence.recipes import Reading, prepare
from geodata.layers.occurrences.world_places import (
    known_places,
    other_deposits,
    porphyry_copper,
)
from geodata.layers.store import LayerStore
from geodata.raster import DegreeArray, FloatArray
from geodata.scoring.deposit_type import Evidence
from geodata.scoring.learned.training_set import (
    CENTRAL_ASIA,
    OCCURRENCES,
    circle_places,
    land_places,
)
from geodata.scoring.mineral_system import evidence_at

CLEAR_KM = 300.0
"""Kept clear around Central Asia."""

INTRAPLATE, COLLISION = "carbonatite", "alkaline-collision"
"""Deposit types whose known places are sorted by mountain belts."""

BELTS = frozenset(
    {
        "Alpine-Himalayan",
        "Antilles",
        "Caledonian",
        "Cordilleran",
        "Indo-Sinian",
        "Kazakh",
        "Mongol",
        "Scotian",
        "Tasmanide",
        "Tasmanides",
        "Uralian",
        "Variscan-Hercynian",
    }
)
"""Last orogenies of the Phanerozoic mountain belts, as the layer writes them."""

_OROGEN = Measurement(layer="provinces", measure="class", unit="", column="orogen")


class World:
    """All places that judge: usable occurrences, and land laid out evenly.

    Parameters
    ----------
    store : LayerStore
        With the layers of the world.
    """

    def __init__(self, store: LayerStore) -> None:
        self._store = store
        self._rows = store.vector(OCCURRENCES).table.reset_index(drop=True)
        self._read: dict[str, FloatArray] = {}
        self._opened: dict[str, Reading] = {}
        columns = ["lon", "lat", "uncertainty_km"]
        land = land_places(store)[columns]
        self.places = pd.concat([self._rows[columns], land], ignore_index=True)
        self._apart = far_from_central_asia(
            self.places["lon"].to_numpy(), self.places["lat"].to_numpy()
        )
        self._belt = self._in_belts()

    @property
    def layers(self) -> dict[str, str]:
        """Layer → sha256 of all that was read, occurrences included."""
        found = {OCCURRENCES: self._store.provenance(OCCURRENCES).sha256}
        for reading in self._opened.values():
            if reading.provenance is not None:
                found[reading.provenance.layer] = reading.provenance.sha256
        return dict(sorted(found.items()))

    def evidence(self, argument: Evidence, read: Measurement) -> FloatArray:
        """Return an argument's evidence at all places, averaged over their error."""
        asked = dataclasses.replace(argument, measurement=read, disagreement=None)
        over = {item.key: self._measured(item) for item in asked.measurements()}
        parts = [
            evidence_at(asked, {key: found[at] for key, found in over.items()})
            for at in range(len(over[read.key]))
        ]
        return _known_mean(np.stack(parts))

    def chosen(self, deposit_type: str, kind: str) -> dict[str, npt.NDArray[np.bool_]]:
        """Say which places are known ones of a type, land, others, porphyry copper."""
        rows, more = self._rows, len(self.places) - len(self._rows)

        def padded(part: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
            return np.concatenate([part, np.zeros(more, dtype=np.bool_)])

        others = padded(other_deposits(rows, kind))
        ground = self._ground(deposit_type)
        return {
            "known": padded(known_places(rows, kind)) & ground,
            "land": (np.arange(len(self.places)) >= len(rows)) & ground,
            "others": others & ground,
            "porphyry": others & padded(porphyry_copper(rows)) & ground,
        }

    def _ground(self, deposit_type: str) -> npt.NDArray[np.bool_]:
        if deposit_type == INTRAPLATE:
            return np.asarray(self._apart & (self._belt == 0))
        if deposit_type == COLLISION:
            return np.asarray(self._apart & (self._belt == 1))
        return self._apart

    def _in_belts(self) -> FloatArray:
        """Say which places lie in a Phanerozoic belt: 1, 0, or NaN where unknown."""
        codes = self._measured(_OROGEN)[0]
        classes = self._opened[_OROGEN.key].classes
        belts = [number for number, name in enumerate(classes) if name in BELTS]
        inside = np.isin(codes, belts).astype(np.float32)
        inside[np.isnan(codes)] = np.nan
        return np.asarray(inside)

    def _measured(self, read: Measurement) -> FloatArray:
        """Read a measurement over the circle of every place, shape (19, places)."""
        if read.key not in self._read:
            reading = prepare(read, self._store)
            if reading.provenance is None:
                raise MissingLayerError(
                    f"The records of the arguments need the layer '{read.layer}', "
                    "which is not in the store. Run scripts/ingest.py for it."
                )
            self._opened[read.key] = reading
            self._read[read.key] = np.stack(list(self._over_circles(reading)))
        return self._read[read.key]

    def _over_circles(self, reading: Reading) -> Iterator[FloatArray]:
        for lon, lat in circle_places(self.places):
            found = np.full(len(lon), np.nan, dtype=np.float32)
            part = self._apart
            found[part] = reading.values(lon[part], lat[part])
            yield found


def far_from_central_asia(lon: DegreeArray, lat: DegreeArray) -> npt.NDArray[np.bool_]:
    """Say which places lie farther than 300 km from the box of Central Asia.

    Parameters
    ----------
    lon, lat : array of float64, shape (places,)
        Degrees, WGS 84.
    """
    box = CENTRAL_ASIA
    nearest = earth_centred(
        np.clip(lon, box.west, box.east), np.clip(lat, box.south, box.north)
    )
    chord = np.linalg.norm(earth_centred(lon, lat) - nearest, axis=1)
    return np.asarray(arc_km(chord) > CLEAR_KM)


def _known_mean(parts: FloatArray) -> FloatArray:
    """Average along the first axis what is known; NaN where nothing is."""
    known = ~np.isnan(parts)
    with np.errstate(invalid="ignore"):
        total = np.where(known, parts, 0).sum(axis=0) / known.sum(axis=0)
    return np.asarray(total, dtype=np.float32)
