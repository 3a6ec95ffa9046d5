"""Deposit types: mineral-system models as values, and the files they come from.

A file names the arguments (evidence) for one kind of deposit, groups them into
the components of a mineral system and states every number with its plausible
range, its reference and whether the number is published or our judgement.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from geodata.errors import DepositTypeError, UnknownDepositTypeError
from geodata.evidence.measurement import Measurement
from geodata.scoring.toml_table import decode

COMPONENTS = ("source", "pathway", "trap", "preservation")
BASES = ("published", "expert")


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


@dataclass(frozen=True, slots=True, kw_only=True)
class DepositType:
    """A mineral-system model of one kind of deposit."""

    id: str
    code: str
    title: str
    summary: str
    evidence: tuple[Evidence, ...]

    def measurements(self) -> tuple[Measurement, ...]:
        """Return everything that must be measured, disagreements included."""
        return tuple(
            measurement
            for evidence in self.evidence
            for measurement in (evidence.measurement, evidence.disagreement)
            if measurement is not None
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
        If the folder holds none, or one cannot be read or is not UTF-8.
    """
    texts = {path.stem: _read(path) for path in sorted(folder.glob("*.toml"))}
    if not texts:
        raise DepositTypeError(
            f"No deposit-type file (*.toml) was found in {folder}. Copy one from "
            "geodata/deposit_types and change it."
        )
    return texts


def _read(path: Path) -> str:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise DepositTypeError(
            f"The deposit-type file {path} cannot be read ({error.strerror}). Correct "
            "its permissions or move it out of the folder."
        ) from error
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
