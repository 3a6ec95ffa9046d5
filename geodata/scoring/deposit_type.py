"""Deposit types: mineral-system models as files, read and checked.

A file names the arguments (evidence) for one kind of deposit, groups them into
the components of a mineral system and states every number with its plausible
range, its reference and whether the number is published or our judgement.
"""

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

from geodata.errors import DepositTypeError, UnknownDepositTypeError
from geodata.evidence.membership import MEMBERSHIPS, PARAMETERS
from geodata.evidence.recipes import MEASURES, Measurement

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
        If the folder holds none.
    """
    texts = {
        path.stem: path.read_text(encoding="utf-8")
        for path in sorted(folder.glob("*.toml"))
    }
    if not texts:
        raise DepositTypeError(
            f"No deposit-type file (*.toml) was found in {folder}. Copy one from "
            "geodata/deposit_types and change it."
        )
    return texts


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


def parse(name: str, text: str) -> DepositType:
    """Read one deposit-type file and check every number in it.

    Parameters
    ----------
    name : str
        Id: the file name without its ending.
    text : str
        TOML.

    Raises
    ------
    DepositTypeError
        Naming the file, the evidence, what was expected and what came.
    """
    where = f"deposit type '{name}'"
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise DepositTypeError(
            f"The file of {where} is not valid TOML: {error}. Correct that line."
        ) from error
    rows = content.get("evidence", [])
    evidence = tuple(_evidence(row, where) for row in rows)
    names = [item.name for item in evidence]
    if not names or len(set(names)) != len(names):
        raise DepositTypeError(
            f"The file of {where} needs at least one [[evidence]], and no name twice; "
            f"got {names}."
        )
    return DepositType(
        id=name,
        code=_text(content, "code", where),
        title=_text(content, "title", where),
        summary=_text(content, "summary", where),
        evidence=evidence,
    )


def _evidence(row: Mapping[str, Any], where: str) -> Evidence:
    name = _text(row, "name", where)
    where = f"evidence '{name}' of {where}"
    membership = _one_of(row, "membership", tuple(MEMBERSHIPS), where)
    parameters = {
        key: _number(value, f"{key} of {where}")
        for key, value in row.get("parameters", {}).items()
    }
    needed = PARAMETERS[membership]
    if needed and set(parameters) != set(needed):
        raise DepositTypeError(
            f"The {where} uses membership '{membership}', which needs the parameters "
            f"{list(needed)}; got {sorted(parameters)}."
        )
    _check_range(membership, parameters, where)
    weight = _number(row.get("weight"), f"weight of {where}")
    if weight.low <= 0:
        raise DepositTypeError(
            f"The weight of {where} must be positive over its whole range; got "
            f"value {weight.value:g}, low {weight.low:g}. Remove the evidence "
            "instead of giving it no or negative weight."
        )
    return Evidence(
        name=name,
        title=_text(row, "title", where),
        claim=_text(row, "claim", where),
        component=_one_of(row, "component", COMPONENTS, where),
        measurement=Measurement(
            layer=_text(row, "layer", where),
            measure=_one_of(row, "measure", tuple(MEASURES), where),
            unit=str(row.get("unit", "")),
            column=str(row.get("column", "")),
            only=tuple(row.get("only", ())),
            window_km=float(row.get("window_km", 0.0)),
        ),
        membership=membership,
        parameters=parameters,
        weight=weight,
        disagreement=_disagreement(row),
    )


def _disagreement(row: Mapping[str, Any]) -> Measurement | None:
    if "disagreement" not in row:
        return None
    return Measurement(
        layer=str(row["layer"]),
        measure=str(row["measure"]),
        unit=str(row.get("unit", "")),
        column=str(row["disagreement"]),
    )


def _check_range(membership: str, parameters: dict[str, Number], where: str) -> None:
    for key, number in parameters.items():
        if membership == "class" and not 0 <= number.low <= number.high <= 1:
            raise DepositTypeError(
                f"The evidence of class '{key}' in {where} must lie in 0..1; got "
                f"{number.low:g} to {number.high:g}."
            )
        if key in ("half", "half_width", "spread") and number.low <= 0:
            raise DepositTypeError(
                f"Parameter '{key}' of {where} is a width and must be positive; got "
                f"low {number.low:g}."
            )


def _number(entry: object, where: str) -> Number:
    if not isinstance(entry, dict):
        raise DepositTypeError(
            f"The {where} must be a table with value, low, high, basis and "
            f"reference; got {entry!r}."
        )
    try:
        number = Number(
            value=float(entry["value"]),
            low=float(entry["low"]),
            high=float(entry["high"]),
            basis=_one_of(entry, "basis", BASES, where),
            reference=_text(entry, "reference", where),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise DepositTypeError(
            f"The {where} needs the numbers value, low and high; got {entry!r} "
            f"({error})."
        ) from error
    if not all(map(math.isfinite, (number.value, number.low, number.high))):
        raise DepositTypeError(f"The {where} needs finite numbers; got {entry!r}.")
    if not number.low <= number.value <= number.high:
        raise DepositTypeError(
            f"The {where} must satisfy low <= value <= high; got {number.low:g}, "
            f"{number.value:g}, {number.high:g}."
        )
    return number


def _text(row: Mapping[str, Any], key: str, where: str) -> str:
    value = row.get(key)
    if not isinstance(value, str) or not value.strip():
        raise DepositTypeError(
            f"The {where} needs a '{key}' (text that is not empty); got {value!r}. "
            "Every number states its reference; expert judgement says what it rests on."
        )
    return value.strip()


def _one_of(
    row: Mapping[str, Any], key: str, allowed: tuple[str, ...], where: str
) -> str:
    value = row.get(key)
    if value not in allowed:
        raise DepositTypeError(
            f"'{key}' of {where} must be one of {', '.join(allowed)}; got {value!r}."
        )
    return str(value)
