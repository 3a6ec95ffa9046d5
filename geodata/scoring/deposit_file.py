"""Read a deposit-type file and check every number in it."""

import re
from collections.abc import Mapping

from geodata.errors import DepositTypeError
from geodata.evidence.measurement import MEASURES, SHARE, Measurement
from geodata.evidence.membership import MEMBERSHIPS, PARAMETERS
from geodata.scoring.deposit_type import (
    BASES,
    COMPONENTS,
    DepositType,
    Evidence,
    Number,
)
from geodata.scoring.toml_table import Table, is_word, quoted

LEARNED = "learned"
"""Table of a file that names the arguments of the learned model."""

_CODE = re.compile(r"[a-z]{3,6}")
_ID = re.compile(r"[a-z0-9-]{1,40}")
_LAYER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}")
_TITLE, _NAME, _UNIT, _WORD, _REASON = 120, 80, 40, 200, 1_000  # most letters
_SETTING = 3  # words at least
_LIGHTEST, _HEAVIEST = 1e-6, 1e6  # of a weight: it is a share of their sum
_ENTRIES = ("name", "title", "claim", "component", "membership", "parameters", "weight")
READ = (
    "layer",
    "measure",
    "unit",
    "column",
    "only",
    "window_km",
    "smooth_km",
    "within",
)
"""Entries that say what is read from which layer."""


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


def file_table(name: str, text: str) -> Table:
    """Read a deposit-type file as a table that knows its place."""
    return Table.of_file(text, f"deposit type {quoted(name)} ({name[:80]}.toml)")


def parse(name: str, text: str) -> DepositType:
    """Read the expert model of one deposit-type file and check every number in it.

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
    file = file_table(name, text)
    file.only("code", "title", "summary", "evidence", LEARNED)
    evidence = tuple(_evidence(row, file.where) for row in file.tables("evidence"))
    names = [item.name for item in evidence]
    if not names or len(set(names)) != len(names):
        raise DepositTypeError(
            f"The file of {file.where} needs at least one [[evidence]], and no name "
            f"twice; got {quoted(names)}."
        )
    code = file.text("code")
    if not _CODE.fullmatch(code) or not _ID.fullmatch(name):
        raise DepositTypeError(
            f"The {file.where} needs a code of 3 to 6 small letters and a file name of "
            f"small letters, digits and hyphens; got code {quoted(code)}."
        )
    return DepositType(
        id=name,
        code=code,
        title=file.text("title", most=_TITLE),
        summary=file.text("summary"),
        evidence=evidence,
    )


def _evidence(row: Table, file: str) -> Evidence:
    name = row.text("name", most=_NAME)
    row = row.named(f"evidence '{name}' of {file}")
    row.only(*_ENTRIES, *READ, "disagreement", "base", "essential", "kept_because")
    membership = row.one_of("membership", tuple(MEMBERSHIPS))
    numbers = row.table("parameters") if "parameters" in row.content else None
    parameters = {} if numbers is None else _parameters(numbers, row.where)
    needed = PARAMETERS[membership]
    if set(parameters) != set(needed) and (needed or not parameters):
        expected = f"the parameters {list(needed)}" if needed else "a class at least"
        raise DepositTypeError(
            f"The {row.where} uses membership '{membership}', which needs {expected}; "
            f"got {quoted(sorted(parameters))}."
        )
    _check_range(membership, parameters, row.where)
    _check_weight(row)
    weight = _number(row, "weight", row.where)
    if not _LIGHTEST <= weight.low <= weight.high <= _HEAVIEST:
        row.refuse("weight", f"from {_LIGHTEST:g} to {_HEAVIEST:g}")
    return Evidence(
        name=name,
        title=row.text("title", most=_TITLE),
        claim=row.text("claim"),
        component=row.one_of("component", COMPONENTS),
        measurement=read_measurement(row),
        membership=membership,
        parameters=parameters,
        weight=weight,
        disagreement=_disagreement(row),
        base=_base(row),
        kept_because=row.text_or_empty("kept_because", most=_REASON),
        essential=row.flag("essential"),
    )


def _base(row: Table) -> Number | None:
    """Read what an argument says where its layer records nothing near."""
    if "base" not in row.content:
        return None
    base = _number(row, "base", row.where)
    if not 0 < base.low <= base.high < 1:
        row.refuse("base", "above 0 and below 1, its range too")
    near = row.content.get("membership") == "near"
    if not (near and row.content.get("window_km")):
        raise DepositTypeError(
            f"The {row.where} has a base, which only a distance with window_km and "
            'membership "near" can have: a record proves presence, and beyond the '
            "window it says nothing. Add window_km, or leave out base."
        )
    return base


def read_measurement(row: Table) -> Measurement:
    """Read what is measured in which layer, for evidence and for learned arguments."""
    layer = row.text("layer", most=_NAME)
    if not _LAYER.fullmatch(layer):
        row.refuse("layer", "the id of a layer, of letters, digits, '-', '_' and '.'")
    length = "a length from 0 to 1000 km"
    measure = row.one_of("measure", tuple(MEASURES))
    column, only, within = (
        row.text_or_empty("column"),
        row.words("only"),
        row.words("within"),
    )
    if measure == SHARE and not (column and only):
        row.refuse("only", "the classes whose share is taken, beside their column")
    if within and len(within) < _SETTING:
        row.refuse("within", "a layer, its column and one class at least")
    return Measurement(
        layer=layer,
        measure=measure,
        unit=row.text_or_empty("unit", most=_UNIT),
        column=column,
        only=only,
        window_km=row.number("window_km", default=0, low=0, high=1e3, expected=length),
        smooth_km=row.number("smooth_km", default=0, low=0, high=1e3, expected=length),
        within=within,
    )


def _disagreement(row: Table) -> Measurement | None:
    if "disagreement" not in row.content:
        return None
    own = read_measurement(row)
    return Measurement(
        layer=own.layer,
        measure=own.measure,
        unit=own.unit,
        column=row.text("disagreement", most=_WORD),
        within=own.within,
    )


def _parameters(numbers: Table, where: str) -> dict[str, Number]:
    for key in numbers.content:
        if not is_word(key):
            raise DepositTypeError(
                f"A parameter of {where} must be named by one line of text, at most "
                f"200 letters; got {quoted(key)}."
            )
    return {key: _number(numbers, key, where) for key in numbers.content}


def _number(row: Table, key: str, where: str) -> Number:
    """Read a number with its range and what it rests on."""
    if not isinstance(row.content.get(key), dict):
        raise DepositTypeError(
            f"The {key} of {where} must be a table with value, low, high, basis and "
            f"reference; got {quoted(row.content.get(key))}."
        )
    entry = row.table(key, f"{key} of {where}")
    entry.only("value", "low", "high", "basis", "reference")
    needed = "one of the numbers value, low and high, all finite and not above 1e9"
    value, low, high = (
        entry.number(part, expected=needed) for part in ("value", "low", "high")
    )
    if not low <= value <= high:
        raise DepositTypeError(
            f"The {entry.where} must satisfy low <= value <= high; got {low:g}, "
            f"{value:g}, {high:g}."
        )
    return Number(
        value=value,
        low=low,
        high=high,
        basis=entry.one_of("basis", BASES),
        reference=entry.text("reference"),
    )


def _check_weight(row: Table) -> None:
    """Refuse a weight that is not positive before anything else is said of it."""
    entry = row.content.get("weight")
    numbers = entry if isinstance(entry, dict) else {}
    for key in ("value", "low"):
        number = numbers.get(key)
        if isinstance(number, int | float) and number <= 0:
            raise DepositTypeError(
                f"The weight of {row.where} must be positive over its whole range; its "
                f"{key} is {quoted(number)}. Remove the evidence instead of giving it "
                "no or negative weight."
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
