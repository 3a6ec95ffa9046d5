"""Read a deposit-type file and check every number in it."""

import math
import re
import tomllib
from collections.abc import Mapping
from typing import Any

from geodata.errors import DepositTypeError
from geodata.evidence.measurement import MEASURES, Measurement
from geodata.evidence.membership import MEMBERSHIPS, PARAMETERS
from geodata.scoring.deposit_type import (
    BASES,
    COMPONENTS,
    DepositType,
    Evidence,
    Number,
)

_CODE = re.compile(r"[a-z]{3,6}")
_ID = re.compile(r"[a-z0-9-]{1,40}")


def parse_all(texts: Mapping[str, str]) -> dict[str, DepositType]:
    """Read deposit-type files and check that their codes differ.

    Raises
    ------
    DepositTypeError
        If a file is wrong, or two have the same code.
    """
    models = {name: parse(name, text) for name, text in texts.items()}
    owner: dict[str, str] = {}
    for name, model in models.items():
        if model.code in owner:
            raise DepositTypeError(
                f"The deposit types '{owner[model.code]}' and '{name}' have the same "
                f"code '{model.code}'; prospect areas are named after it. Change one."
            )
        owner[model.code] = name
    return models


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
    where = f"deposit type '{name}' ({name}.toml)"
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
    code = _text(content, "code", where)
    if not _CODE.fullmatch(code) or not _ID.fullmatch(name):
        raise DepositTypeError(
            f"The {where} needs a code of 3 to 6 small letters and a file name of "
            f"small letters, digits and hyphens; got code {code!r}."
        )
    return DepositType(
        id=name,
        code=code,
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
    _check_weight(row.get("weight"), where)
    weight = _number(row.get("weight"), f"weight of {where}")
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
            only=_texts(row, "only", where),
            window_km=_length(row, "window_km", where),
            smooth_km=_length(row, "smooth_km", where),
            within=_texts(row, "within", where),
        ),
        membership=membership,
        parameters=parameters,
        weight=weight,
        disagreement=_disagreement(row),
    )


def _disagreement(row: Mapping[str, Any]) -> Measurement | None:
    if "disagreement" not in row:
        return None
    if not isinstance(row["disagreement"], str) or not row["disagreement"]:
        raise DepositTypeError(
            f"The disagreement of evidence '{row['name']}' must name a column of the "
            f"layer '{row['layer']}', as a text; got {row['disagreement']!r}."
        )
    return Measurement(
        layer=str(row["layer"]),
        measure=str(row["measure"]),
        unit=str(row.get("unit", "")),
        column=str(row["disagreement"]),
        within=tuple(row.get("within", ())),
    )


def _check_weight(entry: object, where: str) -> None:
    """Refuse a weight that is not positive before anything else is said of it."""
    numbers = entry if isinstance(entry, dict) else {}
    for key in ("value", "low"):
        number = numbers.get(key)
        if isinstance(number, int | float) and number <= 0:
            raise DepositTypeError(
                f"The weight of {where} must be positive over its whole range; its "
                f"{key} is {number:g}. Remove the evidence instead of giving it no or "
                "negative weight."
            )


def _check_range(membership: str, parameters: dict[str, Number], where: str) -> None:
    for key, number in parameters.items():
        if membership == "class" and not 0 <= number.low <= number.high <= 1:
            raise DepositTypeError(
                f"The evidence of class '{key}' in {where} must lie in 0..1; got "
                f"{number.low:g} to {number.high:g}."
            )
        if key == "error" and number.low < 0:
            raise DepositTypeError(
                f"Parameter 'error' of {where} must be zero or more; got low "
                f"{number.low:g}."
            )
        if key in ("half", "half_width", "spread") and number.low <= 0:
            raise DepositTypeError(
                f"Parameter '{key}' of {where} is a width and must be positive; got "
                f"low {number.low:g}."
            )
        powered = membership in ("small", "large")  # a power of what is not negative
        if powered and number.low <= 0:
            raise DepositTypeError(
                f"Parameter '{key}' of {where} must be positive for membership "
                f"'{membership}'; got low {number.low:g}."
            )
        if key == "slope" and number.low <= 0 <= number.high:
            raise DepositTypeError(
                f"Parameter 'slope' of {where} must be positive or negative over its "
                f"whole range, and never 0; got {number.low:g} to {number.high:g}."
            )
    if membership == "linear":
        zero, one = parameters["zero"], parameters["one"]
        if zero.low <= one.high and one.low <= zero.high:
            raise DepositTypeError(
                f"The ranges of 'zero' and 'one' of {where} must not touch, or the "
                f"line between them has no direction; got {zero.low:g} to "
                f"{zero.high:g} and {one.low:g} to {one.high:g}."
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
    if not isinstance(value, str) or not value.strip() or not value.isprintable():
        raise DepositTypeError(
            f"The {where} needs a '{key}' (one line of text, not empty); got "
            f"{value!r}. Every number states its reference; expert judgement says "
            "what it rests on."
        )
    return value.strip()


def _length(row: Mapping[str, Any], key: str, where: str) -> float:
    value = row.get(key, 0)
    if not isinstance(value, int | float) or not 0 <= value <= 1_000:
        raise DepositTypeError(
            f"'{key}' of {where} must be a length from 0 to 1000 km; got {value!r}."
        )
    return float(value)


def _texts(row: Mapping[str, Any], key: str, where: str) -> tuple[str, ...]:
    values = row.get(key, [])
    if not isinstance(values, list) or not all(isinstance(v, str) for v in values):
        raise DepositTypeError(
            f"'{key}' of {where} must be a list of words; got {values!r}."
        )
    return tuple(values)


def _one_of(
    row: Mapping[str, Any], key: str, allowed: tuple[str, ...], where: str
) -> str:
    value = row.get(key)
    if value not in allowed:
        raise DepositTypeError(
            f"'{key}' of {where} must be one of {', '.join(allowed)}; got {value!r}."
        )
    return str(value)
