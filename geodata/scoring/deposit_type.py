"""Deposit types: mineral-system models as values, and the files they come from.

A file names the arguments (evidence) for one kind of deposit, groups them into
the components of a mineral system and states every number with its plausible
range, its reference and whether the number is published or our judgement.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from importlib import resources
from pathlib import Path

from geodata.errors import DepositTypeError, UnknownDepositTypeError
from geodata.evidence.measurement import Measurement
from geodata.evidence.membership import OTHER
from geodata.scoring.toml_table import decode, quoted

COMPONENTS = ("source", "pathway", "trap", "preservation")
BASES = ("published", "expert")

_MOST_BYTES = 1_000_000
_LISTED = 5  # files named in an error


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """One number of a model.

    Attributes
    ----------
    value, low, high : float
        Best value and plausible range, ``low <= value <= high``.
    basis : str
        ``published`` or ``expert`` (our judgement).
    reference : str
        Where it stands, or what the judgement rests on.
    """

    value: float
    low: float
    high: float
    basis: str
    reference: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One geological argument: what is measured and how it counts.

    Attributes
    ----------
    name, title, claim : str
        Id, short name, and the argument as a sentence.
    component : str
        One of :data:`COMPONENTS`.
    measurement : Measurement
        What is read from which layer.
    membership : str
        Name in :data:`geodata.evidence.membership.MEMBERSHIPS`.
    parameters : mapping of str to Number
        Parameters of the membership; for classes the evidence of each class.
    weight : Number
        Share of the model's weight before normalisation; positive.
    disagreement : Measurement or None
        By how much two sources of the measurement differ at a place, same unit;
        the measurement is their mean.
    base : Number or None
        Of a layer that proves presence only: the evidence where it records nothing
        near, 0 to 1.  A record nearby adds to it; none takes away from it.
    kept_because : str
        Why the argument stays although the known places of the world contradict it;
        mostly empty.
    essential : bool
        Whether nothing can be ranked without its layer.
    """

    name: str
    title: str
    claim: str
    component: str
    measurement: Measurement
    membership: str
    parameters: Mapping[str, Number]
    weight: Number
    disagreement: Measurement | None = None
    base: Number | None = None
    kept_because: str = ""
    essential: bool = False

    @property
    def shares(self) -> dict[str, Measurement]:
        """What is measured of each class that is named: its share of the surroundings.

        Empty unless the membership is ``class``.
        """
        if self.membership != "class":
            return {}
        return {
            name: replace(
                self.measurement,
                measure="share",
                unit="of the surroundings",
                only=(name,),
            )
            for name in self.parameters
            if name != OTHER
        }

    def measurements(self) -> tuple[Measurement, ...]:
        """Return everything that must be measured for it."""
        more = (self.disagreement, self.measurement.setting)
        return (
            self.measurement,
            *self.shares.values(),
            *(item for item in more if item is not None),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class DepositType:
    """A mineral-system model of one kind of deposit."""

    id: str
    code: str
    title: str
    summary: str
    evidence: tuple[Evidence, ...]

    def measurements(self) -> tuple[Measurement, ...]:
        """Return everything that must be measured, each once."""
        return tuple(
            {
                measurement.key: measurement
                for evidence in self.evidence
                for measurement in evidence.measurements()
            }.values()
        )


def deposit_type_texts() -> dict[str, str]:
    """Return the text of every deposit-type file of the package, by id."""
    folder = resources.files("geodata") / "deposit_types"
    return {
        entry.name.removesuffix(".toml"): entry.read_text(encoding="utf-8")
        for entry in sorted(folder.iterdir(), key=lambda item: item.name)
        if entry.name.endswith(".toml")
    }


def read_folder(folder: Path) -> dict[str, str]:
    """Return the text of every deposit-type file of a folder, by id.

    Raises
    ------
    DepositTypeError
        If the folder holds none, or one has another ending than ``.toml``, cannot be
        read, is too large or is not UTF-8.
    """
    try:
        paths = sorted(folder.iterdir())
    except OSError as error:
        raise DepositTypeError(
            f"The folder of deposit types {folder} cannot be read ({error.strerror}). "
            "Name a folder that holds deposit-type files (*.toml)."
        ) from error
    visible = [path for path in paths if not path.name.startswith(".")]
    models = [path for path in visible if path.suffix == ".toml"]
    misnamed = [path for path in visible if path.suffix.lower() == ".toml"]
    if not models or len(misnamed) > len(models):
        others = [path.name for path in visible if path not in models]
        present = ", ".join(map(quoted, others[:_LISTED])) or "nothing"
        raise DepositTypeError(
            f"The deposit-type files of {folder} must end in .toml, in small letters, "
            f"such as clay-hosted.toml; beside such files, it holds {present}. Rename "
            "them, or copy one from geodata/deposit_types and change it."
        )
    return {path.stem: _read(path) for path in models}


def _read(path: Path) -> str:
    try:
        if not path.is_file():  # a named pipe would keep whoever opens it waiting
            raise DepositTypeError(
                f"The deposit type {path} cannot be read: it is no regular file. Move "
                "it out of the folder."
            )
        with path.open("rb") as file:
            content = file.read(_MOST_BYTES + 1)
    except OSError as error:
        raise DepositTypeError(
            f"The deposit-type file {path} cannot be read ({error.strerror}). Correct "
            "its permissions or move it out of the folder."
        ) from error
    if len(content) > _MOST_BYTES:
        raise DepositTypeError(
            f"The deposit-type file {path} is larger than {_MOST_BYTES:,} bytes, the "
            "most that a model needs. Move it out of the folder."
        )
    return decode(content, f"deposit type '{path.stem}' ({path.name})")


def choose(texts: Mapping[str, str], names: tuple[str, ...]) -> dict[str, str]:
    """Keep the named deposit types; an empty tuple keeps all.

    Raises
    ------
    UnknownDepositTypeError
        If a name is not among them.
    """
    for name in names:
        if name not in texts:
            raise UnknownDepositTypeError(
                f"There is no deposit type '{name}'. Known are: {', '.join(texts)}."
            )
    return {name: text for name, text in texts.items() if not names or name in names}
