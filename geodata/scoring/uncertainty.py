"""Spread: what a score could be, for its numbers are unsure and layers are missing.

Every draw of the numbers of a model scores every place.  Where two sources of a
measurement disagree, a draw takes a value between them.  What is not known, and what a
coarse layer cannot resolve, is drawn from what land of like kind says.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from geodata.raster import FloatArray
from geodata.scoring.draws import Draws, draw_unknown
from geodata.scoring.land import RELIEF, kinds_of_land
from geodata.scoring.like_land import RegionalModel
from geodata.scoring.mineral_system import (
    Bools,
    applies_at,
    evidence_at,
    log_of,
    put_together,
)
from geodata.scoring.spread import alike, set_width

CHUNK = 32_768  # places a thread takes at once: they seldom wait for each other
TOGETHER = 8_192  # places drawn at once: few calls, and the rows still fit the caches


Sums = Callable[
    [npt.NDArray[np.intp], Sequence[int], FloatArray], Mapping[str, FloatArray]
]
"""Adds up the evidence of some arguments: positions of places, arguments that are
known there and the weight that counts, shape (evidence, draws), to what
:func:`geodata.scoring.mineral_system.put_together` takes; arguments with a base rate
stand under no name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnModel:
    """A model of a region under some draws, ready to score places.

    Attributes
    ----------
    model : RegionalModel
        The model.
    draws : Draws
        Its draws.
    unknown : array of float32, shape (evidence, kinds, draws)
        What each argument adds where it is not known, by kind of land, log a unit of
        weight.
    average : array of float32, shape (evidence, kinds)
        What it adds on average.
    missing : array of float32, shape (kinds, draws), or None
        How far the draws lie off that, of layers that the release lacks and others
        have, log of the score; None when it lacks none.  Layers that nobody has count
        as the average in every draw.
    """

    model: RegionalModel
    draws: Draws
    unknown: FloatArray
    average: FloatArray
    missing: FloatArray | None = None

    @classmethod
    def of(
        cls,
        model: RegionalModel,
        draws: Draws,
        *,
        turn: float = 0.0,
        apart: bool = True,
    ) -> "DrawnModel":
        """Draw what is not known.

        Parameters
        ----------
        model, draws
            The model and its draws.
        turn : float
            Turns what a draw takes for unknown by this share of the land, another one
            for each argument, so that two areas are not lucky together.
        apart : bool
            Whether layers that are missing are told apart from what else is not known,
            for :meth:`ranges`.
        """
        arguments = model.land.arguments
        average = np.array([item.mean for item in arguments], dtype=np.float32)
        unknown = draw_unknown(model.land, draws, turn=turn)
        off = unknown - average[..., np.newaxis]
        lacks = np.array([not item.present for item in arguments])
        told = np.array([item.told for item in arguments])
        held = lacks & apart
        unknown[held] = average[held][..., np.newaxis]
        rows = lacks & told & apart
        weights = draws.weights[rows] / draws.weights.sum(axis=0)
        return cls(
            model=model,
            draws=draws,
            unknown=unknown,
            average=average,
            missing=np.einsum("ekd,ed->kd", off[rows], weights) if rows.any() else None,
        )

    def ranges(self, scores: FloatArray, kinds: FloatArray) -> FloatArray:
        """Set the width of scores, and add what missing layers would change.

        They come from :meth:`parts`, with the kinds of land of their places.
        """
        found = set_width(scores, self.model.land.width)
        if self.missing is not None:
            for kind, off in enumerate(self.missing):
                found += kinds[:, kind : kind + 1] * off
        return np.asarray(np.minimum(found, 0, out=found))

    def log_scores(self, measured: Mapping[str, FloatArray]) -> FloatArray:
        """Score some places under every draw.

        Parameters
        ----------
        measured : mapping of measurement key to float32 array, shape (places,)
            Measurements of the model, and :data:`geodata.scoring.land.RELIEF`;
            NaN = unknown.

        Returns
        -------
        array of float32, shape (places, draws)
            Log favourability, <= 0; NaN where nothing is known.
        """
        count = len(measured[RELIEF.key])
        found = np.full((count, self.draws.count), np.nan, dtype=np.float32)
        for rows, scores in self.parts(measured):
            found[rows] = scores
        return found

    def parts(
        self, measured: Mapping[str, FloatArray], sums: Sums | None = None
    ) -> Iterator[tuple[npt.NDArray[np.intp], FloatArray]]:
        """Score some places under every draw, part by part, each place once.

        Places of which the same is known are taken together.

        Parameters
        ----------
        measured : mapping of measurement key to float32 array, shape (places,)
            As for :meth:`log_scores`.
        sums : function, optional
            Adds evidence up as the model itself does, to the rounding of float32.

        Yields
        ------
        rows : array of int, shape (part,)
            Positions of some of the places.
        scores : array of float32, shape (part, draws)
            Their log favourability, <= 0; NaN where nothing is known.
        """
        items = self.model.deposit_type.evidence
        sums = sums or self._sums_of(measured)
        kinds = kinds_of_land(measured[RELIEF.key])
        applies = np.array([applies_at(item, measured) for item in items])
        known = applies & ~np.isnan([evidence_at(item, measured) for item in items])
        near = np.array([~np.isnan(measured[item.measurement.key]) for item in items])
        for group in alike(np.concatenate([known, applies, [near.any(axis=0)]])):
            first = group[0]
            if not near[:, first].any():
                nothing = np.full((len(group), self.draws.count), np.nan, np.float32)
                yield group, nothing
                continue
            for start in range(0, len(group), TOGETHER):
                rows = group[start : start + TOGETHER]
                yield (
                    rows,
                    self._score(
                        rows, known[:, first], applies[:, first], kinds[rows], sums
                    ),
                )

    def _score(
        self,
        rows: npt.NDArray[np.intp],
        known: Bools,
        applies: Bools,
        kinds: FloatArray,
        sums: Sums,
    ) -> FloatArray:
        items = self.model.deposit_type.evidence
        alone = np.array([item.base is not None for item in items])
        share = np.where(alone, 1.0, self.model.resolved)[:, np.newaxis]
        weights = self.draws.weights
        counted = (weights * share * known[:, np.newaxis]).astype(np.float32)
        rest = weights - counted
        unknown = np.where(
            applies[:, np.newaxis, np.newaxis],
            self.unknown,
            self.average[..., np.newaxis],
        )
        added_by_kind = np.einsum("ed,ekd->kd", rest, unknown)
        found = kinds[:, :1] * added_by_kind[0]
        for kind in range(1, len(added_by_kind)):
            found += kinds[:, kind : kind + 1] * added_by_kind[kind]
        added = dict(sums(rows, np.flatnonzero(known).tolist(), counted))
        found += added.pop("", np.float32(0))
        if added:
            of_component = {
                name: np.asarray(
                    sum(
                        counted[row]
                        for row, item in enumerate(items)
                        if known[row] and item.component == name and not alone[row]
                    )
                )
                for name in added
            }
            found += put_together(added, of_component, self.draws.structure(self.model))
        found /= weights.sum(axis=0)
        return np.asarray(np.minimum(found, 0, out=found))

    def _sums_of(self, measured: Mapping[str, FloatArray]) -> Sums:
        """Work every argument out at every place."""

        def sums(
            rows: npt.NDArray[np.intp], known: Sequence[int], counted: FloatArray
        ) -> Mapping[str, FloatArray]:
            added: dict[str, FloatArray] = {}
            for row in known:
                name, part = self.worked_out(row, rows, measured, counted[row])
                added[name] = added[name] + part if name in added else part
            return added

        return sums

    def worked_out(
        self,
        row: int,
        rows: npt.NDArray[np.intp],
        measured: Mapping[str, FloatArray],
        counted: FloatArray,
    ) -> tuple[str, FloatArray]:
        """Work one argument out at some places, for every draw.

        Parameters
        ----------
        row : int
            Which argument.
        rows : array of int, shape (part,)
            Positions of the places.
        measured : mapping of measurement key to float32 array, shape (places,)
            Measurements.
        counted : array of float32, shape (draws,)
            Weight that counts.

        Returns
        -------
        str
            The component it is added to; empty when it stands by itself.
        array of float32, shape (part, draws)
            Weight times evidence; times its log where that is multiplied.
        """
        item = self.model.deposit_type.evidence[row]
        values = evidence_at(
            item,
            self._read(row, rows, measured),
            self.draws.parameters[row],
            self.draws.bases[row],
        )
        return self.counted(row, values, counted)

    def counted(
        self, row: int, values: FloatArray, counted: FloatArray
    ) -> tuple[str, FloatArray]:
        """Weight the evidence of one argument, (places, draws), for :meth:`parts`."""
        item = self.model.deposit_type.evidence[row]
        if item.base is not None:
            return "", np.asarray(counted * log_of(values), dtype=np.float32)
        products = self.draws.structure(self.model).products
        part = np.broadcast_to(values, (len(values), self.draws.count)).astype(
            np.float32
        )
        part[:, products] = log_of(part[:, products])
        return item.component, np.asarray(part * counted)

    def _read(
        self,
        row: int,
        rows: npt.NDArray[np.intp],
        measured: Mapping[str, FloatArray],
    ) -> dict[str, FloatArray]:
        """Return what an argument reads, leaning to one source as each draw does."""
        item = self.model.deposit_type.evidence[row]
        here = {
            one.key: measured[one.key][rows][:, np.newaxis]
            for one in item.measurements()
        }
        if item.disagreement is not None:
            apart = np.nan_to_num(here[item.disagreement.key])
            key = item.measurement.key
            here[key] = np.asarray(here[key] + apart * self.draws.leaning[row])
        return here
