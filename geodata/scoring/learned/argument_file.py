"""Read the file that names the arguments of a learned model."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any

from geodata.errors import DepositTypeError
from geodata.evidence.measurement import MEASURES, Measurement
from geodata.scoring.learned.argument import DIRECTIONS, SCALES, Argument

_OWN = (
    "name",
    "title",
    "claim",
    "layer",
    "measure",
    "scale",
    "direction",
    "reference",
)
_OPTIONAL = (
    "column",
    "unit",
    "only",
    "within",
    "window_km",
    "smooth_km",
    "step",
    "floor",
    "classes",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LearnedType:
    """The arguments that a deposit type's learned model adds up.

    Attributes
    ----------
    deposit_type : str
        Id of the deposit type.
    title : str
        What its labels are.
    arguments : tuple of Argument
        In the order they are told.
    """

    deposit_type: str
    title: str
    arguments: tuple[Argument, ...]


def learned_type_texts() -> dict[str, str]:
    """Return the text of every file of arguments of the package, by deposit type."""
    folder = resources.files("geodata") / "learned_types"
    return {
        entry.name.removesuffix(".toml"): entry.read_text(encoding="utf-8")
        for entry in sorted(folder.iterdir(), key=lambda item: item.name)
        if entry.name.endswith(".toml")
    }


def parse_learned_type(deposit_type: str, text: str) -> LearnedType:
    """Read one file of arguments and check it.

    Parameters
    ----------
    deposit_type : str
        Id: the file name without its ending.
    text : str
        TOML: ``title`` and one ``[[argument]]`` for each argument.

    Raises
    ------
    DepositTypeError
        Naming the file, the argument, what was expected and what came.
    """
    where = f"learned type '{deposit_type}' ({deposit_type}.toml)"
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise DepositTypeError(
            f"The file of {where} is not valid TOML: {error}. Correct that line."
        ) from error
    arguments = tuple(_argument(row, where) for row in content.get("argument", []))
    names = [item.name for item in arguments]
    if not names or len(set(names)) != len(names) or "title" not in content:
        raise DepositTypeError(
            f"The file of {where} needs a title, at least one [[argument]], and no "
            f"name twice; got {names}."
        )
    return LearnedType(
        deposit_type=deposit_type, title=str(content["title"]), arguments=arguments
    )


def _argument(row: Mapping[str, Any], where: str) -> Argument:
    missing = [key for key in _OWN if not isinstance(row.get(key), str)]
    extra = sorted(set(row) - {*_OWN, *_OPTIONAL})
    if missing or extra:
        raise DepositTypeError(
            f"An argument of {where} needs the texts {', '.join(_OWN)} and may have "
            f"{', '.join(_OPTIONAL)}; missing {missing}, unexpected {extra}."
        )
    name = row["name"]
    for key, known in (
        ("measure", tuple(MEASURES)),
        ("scale", SCALES),
        ("direction", DIRECTIONS),
    ):
        if row[key] not in known:
            raise DepositTypeError(
                f"The {key} of argument '{name}' of {where} must be one of "
                f"{', '.join(known)}; got {row[key]!r}."
            )
    argument = Argument(
        name=name,
        title=row["title"],
        claim=row["claim"],
        measurement=Measurement(
            layer=row["layer"],
            measure=row["measure"],
            unit=row.get("unit", ""),
            column=row.get("column", ""),
            only=tuple(row.get("only", ())),
            window_km=float(row.get("window_km", 0)),
            smooth_km=float(row.get("smooth_km", 0)),
            within=tuple(row.get("within", ())),
        ),
        scale=row["scale"],
        direction=row["direction"],
        reference=row["reference"],
        step=float(row.get("step", 1)),
        floor=float(row.get("floor", 0)),
        classes=tuple(row.get("classes", ())),
    )
    is_class = argument.measurement.measure == "class"
    if is_class != (argument.scale == "class") or is_class != bool(argument.classes):
        raise DepositTypeError(
            f"Argument '{name}' of {where}: measure 'class', scale 'class' and a list "
            f"of classes go together; got measure '{row['measure']}', scale "
            f"'{row['scale']}' and {len(argument.classes)} classes."
        )
    if not argument.step > 0 or argument.floor < 0:
        raise DepositTypeError(
            f"Argument '{name}' of {where} needs a positive step and a floor of zero "
            f"or more; got {argument.step:g} and {argument.floor:g}."
        )
    return argument
