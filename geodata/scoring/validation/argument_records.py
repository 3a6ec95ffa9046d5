"""What the known places of the world, without Central Asia, say of each argument.

Which places judge which argument, and what follows, was written down before any figure
was computed: docs/expert-models.md.  Nothing here changes a model.
"""

from collections.abc import Mapping
from importlib import resources
from typing import Literal

from pydantic import ValidationError

from geodata.checksums import checksum
from geodata.errors import DepositTypeError
from geodata.scoring.deposit_type import DepositType, Evidence
from geodata.scoring.record import Record
from geodata.scoring.validation.intervals import Estimate

FILE = "bundle/expert/argument-records.json"
"""Where the package carries them."""

FEWEST = 30
"""Known places below which a record is too few to say anything."""

ENOUGH = 100
"""Known places from which on a record can contradict an argument."""

CHANCE = 0.52
"""AUC up to which an argument tells its places no better than chance."""

NoRecord = Literal["regional", "local-names", "sorted-by", "no-places"]
"""Why there is no figure: the layer or the classes it names are of the region only, the
places were sorted by it, or no known place of the type is listed in the world."""


class ArgumentRecord(Record):
    """How well one argument alone tells the known places of its type.

    Attributes
    ----------
    argument, digest : str
        Id of the argument, and a checksum of what it reads and of its curve.
    places : str
        Kind of the known places; empty where there are none.
    layer, window_km : str, float
        What was read in place of the argument's own layer and window; empty and 0 where
        it was read as it stands.
    missing : NoRecord or None
        Why there are no figures.
    land, others, porphyry : Estimate or None
        AUC against land, other deposits and porphyry copper.
    kept_because : str
        Why a contradicted argument stays, from its file; may be empty.
    """

    argument: str
    digest: str
    places: str = ""
    layer: str = ""
    window_km: float = 0.0
    missing: NoRecord | None = None
    land: Estimate | None = None
    others: Estimate | None = None
    porphyry: Estimate | None = None
    kept_because: str = ""

    @property
    def too_few(self) -> bool:
        """Whether there are figures that rest on too few places to say anything."""
        return self.land is not None and self.land.n < FEWEST

    @property
    def contradicted(self) -> bool:
        """Whether enough places say that it tells them no better than chance."""
        found = [one for one in (self.land, self.others) if one is not None]
        return any(one.n >= ENOUGH and one.value <= CHANCE for one in found)


class ArgumentRecords(Record):
    """The records of all arguments of all deposit types.

    Attributes
    ----------
    layers : mapping of str to str
        Layer → sha256 of what was read.
    by_type : mapping of str to tuple of ArgumentRecord
        By deposit type, in the order of its arguments.
    """

    layers: dict[str, str]
    by_type: dict[str, tuple[ArgumentRecord, ...]]

    def of(self, model: DepositType) -> tuple[ArgumentRecord, ...]:
        """Return the records that were made for a model's arguments as they stand.

        An argument that reads something else now, or by another curve, has none.
        """
        made = {one.argument: one for one in self.by_type.get(model.id, ())}
        return tuple(
            found.model_copy(update={"kept_because": item.kept_because})
            for item in model.evidence
            if (found := made.get(item.name)) is not None
            and found.digest == digest(item)
        )


def digest(evidence: Evidence) -> str:
    """Return a checksum of what an argument reads and of its curve's best numbers."""
    numbers = {key: one.value for key, one in sorted(evidence.parameters.items())}
    told = repr((evidence.measurement.key, evidence.membership, numbers))
    return checksum(told.encode())[:16]


def contradicted(
    records: ArgumentRecords, models: Mapping[str, DepositType]
) -> list[str]:
    """Name the arguments that the world contradicts and that stay without a reason.

    Returns
    -------
    list of str
        ``type: argument``.
    """
    return [
        f"{model.id}: {one.argument}"
        for model in models.values()
        for one in records.of(model)
        if one.contradicted and not one.kept_because
    ]


def read_records(text: str) -> ArgumentRecords:
    """Read records back.

    Raises
    ------
    DepositTypeError
        If the text is not as scripts/train.py writes it.
    """
    try:
        return ArgumentRecords.model_validate_json(text)
    except ValidationError as error:
        first = " ".join(str(error).split())[:200]
        raise DepositTypeError(
            "The records of the arguments are not as this version writes them: "
            f"{first}. Run scripts/train.py."
        ) from error


def shipped_records() -> ArgumentRecords:
    """Return the records that the package carries; none where the file is not there."""
    path = resources.files("geodata").joinpath(FILE)
    if not path.is_file():
        return ArgumentRecords(layers={}, by_type={})
    return read_records(path.read_text(encoding="utf-8"))
