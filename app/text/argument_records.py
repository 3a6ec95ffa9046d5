"""What the known places of the world say of the arguments of an expert model."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from app.text import say
from app.text.numbers import sentence
from geodata.scoring.validation.argument_records import ArgumentRecord
from geodata.scoring.validation.intervals import Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordRow:
    """One argument in a table.

    Attributes
    ----------
    title : str
        The argument.
    places : str
        What judges it; empty where nothing does.
    n : int
        Known places; 0 where nothing judges it.
    land, others, porphyry : Estimate or None
        AUC against each.
    note : str
        What a reader must know of the figures, or why there are none.
    """

    title: str
    places: str
    n: int
    land: Estimate | None
    others: Estimate | None
    porphyry: Estimate | None
    note: str


def record_rows(
    titles: Iterable[tuple[str, str]],
    records: Iterable[ArgumentRecord],
    layers: Mapping[str, str],
) -> tuple[RecordRow, ...]:
    """Return the arguments of a model with their records.

    Parameters
    ----------
    titles : iterable of (str, str)
        Id and title of every argument.
    records : iterable of ArgumentRecord
        Those that were made; arguments without one are left out.
    layers : mapping of str to str
        Titles of the layers of the release; one that is not there is told by its id.
    """
    made = {one.argument: one for one in records}
    return tuple(
        RecordRow(
            title=title,
            places=say(f"records.places.{found.places}") if found.places else "",
            n=found.land.n if found.land else 0,
            land=found.land,
            others=found.others,
            porphyry=found.porphyry,
            note=_note(found, layers),
        )
        for name, title in titles
        if (found := made.get(name)) is not None
    )


def _note(found: ArgumentRecord, layers: Mapping[str, str]) -> str:
    if found.missing is not None:
        return sentence(say(f"records.missing.{found.missing}"))
    told = []
    if found.too_few:
        told.append(say("records.too-few"))
    if found.layer:
        layer = layers.get(found.layer, found.layer.replace("-", " "))
        window = f"{found.window_km:g}"
        told.append(
            say("records.read-in-window", layer=layer, window=window)
            if found.window_km
            else say("records.read", layer=layer)
        )
    if found.contradicted:
        told.append(say("records.contradicted"))
    if found.contradicted and found.kept_because:
        told.append(say("records.kept", reason=found.kept_because))
    return " ".join(sentence(one) for one in told)
