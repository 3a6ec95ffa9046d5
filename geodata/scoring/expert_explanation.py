"""Why the expert model says what it says: its exact account."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from geodata.raster import DegreeArray, FloatArray
from geodata.scoring.argument_account import argument_part, component_part
from geodata.scoring.deposit_type import COMPONENTS
from geodata.scoring.explanation import Explanation
from geodata.scoring.favourability import coverage_at
from geodata.scoring.land import RELIEF, kinds_of_land
from geodata.scoring.like_land import RegionalModel
from geodata.scoring.measured import Background
from geodata.scoring.mineral_system import (
    Bools,
    Doubles,
    Parts,
    applies_at,
    evidence_at,
    split_score,
)


def explain(
    model: RegionalModel,
    drawn: FloatArray,
    measured: Mapping[str, FloatArray],
    backgrounds: Mapping[str, Background],
    names: Mapping[str, str],
    *,
    lon: float,
    lat: float,
) -> Explanation:
    """Explain the average of the cells of an area, or one place.

    Parameters
    ----------
    model : RegionalModel
        The model.
    drawn : array of float32, shape (draws,)
        Log favourability of the place or area under every Monte-Carlo draw.
    measured : mapping of measurement key to float32 array, shape (cells,)
        Measurements; one cell for a place.
    backgrounds : mapping of measurement key to Background
        The region to compare with.
    names : mapping of measurement key to str
        What was measured to, for example the name of the nearest boundary.
    lon, lat : float
        The place, degrees, WGS 84.

    Notes
    -----
    A part tells what an argument takes away from a perfect score: what is known of it,
    and what land of like kind says on average where it is not.
    """
    return _told(
        _split(model, measured),
        _percentiles(drawn),
        backgrounds,
        names,
        lon=lon,
        lat=lat,
    )


def explain_each(
    model: RegionalModel,
    drawn: FloatArray,
    measured: Mapping[str, FloatArray],
    backgrounds: Mapping[str, Background],
    names: Mapping[str, Sequence[str]],
    *,
    lon: DegreeArray,
    lat: DegreeArray,
) -> tuple[Explanation, ...]:
    """Explain each of some places, scored together.

    Parameters
    ----------
    model, backgrounds
        As for :func:`explain`.
    drawn : array of float32, shape (places, draws)
        Log favourability of each place under every draw.
    measured : mapping of measurement key to float32 array, shape (places,)
        Measurements; NaN = unknown.
    names : mapping of measurement key to sequence of str, one a place
        What was measured to.
    lon, lat : array of float64, shape (places,)
        The places, degrees, WGS 84.
    """
    split = _split(model, measured)
    percentiles = _percentiles(drawn)
    return tuple(
        _told(
            split.of(place),
            percentiles[:, place],
            backgrounds,
            {key: each[place] for key, each in names.items()},
            lon=float(lon[place]),
            lat=float(lat[place]),
        )
        for place in range(len(lon))
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceScores:
    """What a model says of some places; arrays of float64, shape (places,).

    Attributes
    ----------
    log_favourability : array
        Natural log of favourability, <= 0; NaN where nothing is known.
    p10, p50, p90 : array
        Percentiles of favourability over the draws, 0 to 1; NaN likewise.
    coverage : array
        Share of the model's weight that is known, 0 to 1.
    """

    log_favourability: Doubles
    p10: Doubles
    p50: Doubles
    p90: Doubles
    coverage: Doubles


def score_each(
    model: RegionalModel, drawn: FloatArray, measured: Mapping[str, FloatArray]
) -> PlaceScores:
    """Score each of some places, as :func:`explain_each` does, without the account.

    Parameters
    ----------
    model, drawn, measured
        As for :func:`explain_each`.
    """
    parts = _split(model, measured).parts
    p10, p50, p90 = _percentiles(drawn)
    return PlaceScores(
        log_favourability=parts.log_favourability,
        p10=p10,
        p50=p50,
        p90=p90,
        coverage=parts.coverage,
    )


def _percentiles(drawn: FloatArray) -> Doubles:
    """Take the 10th, 50th and 90th percentile of favourability over the draws."""
    logs = np.percentile(drawn.astype(np.float64), (10, 50, 90), axis=-1)
    return np.asarray(np.exp(logs))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Split:
    """The parts of a score at some cells, and what they are of."""

    model: RegionalModel
    measured: Mapping[str, FloatArray]
    values: Sequence[FloatArray]
    applies: Sequence[Bools]
    parts: Parts
    coverage: Mapping[str, FloatArray]

    def of(self, cell: int) -> "_Split":
        """Take one cell."""
        one = slice(cell, cell + 1)
        return replace(
            self,
            measured={key: values[one] for key, values in self.measured.items()},
            values=[values[one] for values in self.values],
            applies=[values[one] for values in self.applies],
            parts=replace(
                self.parts,
                known=self.parts.known[:, one],
                average=self.parts.average[:, one],
                component={
                    name: each[one] for name, each in self.parts.component.items()
                },
                coverage=self.parts.coverage[one],
            ),
            coverage={name: values[one] for name, values in self.coverage.items()},
        )


def _split(model: RegionalModel, measured: Mapping[str, FloatArray]) -> _Split:
    arguments = model.deposit_type.evidence
    values = [evidence_at(item, measured) for item in arguments]
    applies = [applies_at(item, measured) for item in arguments]
    return _Split(
        model=model,
        measured=measured,
        values=values,
        applies=applies,
        parts=split_score(
            model.deposit_type,
            values,
            near=[~np.isnan(measured[item.measurement.key]) for item in arguments],
            applies=applies,
            resolved=model.resolved,
            averages=model.land.averages(kinds_of_land(measured[RELIEF.key])),
        ),
        coverage={
            name: coverage_at(model, measured, component=name)
            for name in COMPONENTS
            if any(item.component == name for item in arguments)
        },
    )


def _told(
    split: _Split,
    percentiles: Doubles,
    backgrounds: Mapping[str, Background],
    names: Mapping[str, str],
    *,
    lon: float,
    lat: float,
) -> Explanation:
    """Tell the mean over some cells."""
    parts = split.parts
    accounts = [
        argument_part(
            item,
            value,
            split.measured,
            backgrounds,
            names,
            applies=bool(speaks.any()),
            resolved=resolved,
            parts=(float(known), float(average)),
        )
        for item, value, speaks, resolved, known, average in zip(
            split.model.deposit_type.evidence,
            split.values,
            split.applies,
            split.model.resolved,
            parts.known.mean(axis=1),
            parts.average.mean(axis=1),
            strict=True,
        )
    ]
    mean_log = float(parts.log_favourability.mean())
    p10, p50, p90 = percentiles
    return Explanation(
        deposit_type=split.model.deposit_type.id,
        lon=lon,
        lat=lat,
        log_favourability=mean_log,
        favourability=float(np.exp(mean_log)),
        p10=float(p10),
        p50=float(p50),
        p90=float(p90),
        coverage=float(parts.coverage.mean()),
        components=tuple(
            component_part(
                name, accounts, parts.component.get(name), float(coverage.mean())
            )
            for name, coverage in split.coverage.items()
        ),
    )
