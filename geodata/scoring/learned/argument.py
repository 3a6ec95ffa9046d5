"""What a learned model may look at: arguments, and how each enters the sum.

They stand in the table ``[learned]`` of the file of a deposit type.

A learned model adds up arguments, so each must enter as a number whose equal steps
mean about equal things: the root of a share, the logarithm of a distance.  Where
geology says that more of it cannot speak against the deposit (or for it), the sign
is fixed beforehand and the training may only choose the size.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from geodata.errors import DepositTypeError
from geodata.evidence.measurement import Measurement
from geodata.raster import FloatArray
from geodata.scoring.deposit_file import LEARNED, READ, file_table, read_measurement
from geodata.scoring.toml_table import Table, quoted

Float64Array = npt.NDArray[np.float64]

SCALES = ("plain", "root", "log", "class")
DIRECTIONS = ("up", "down", "either")
_OWN = ("name", "title", "claim", "scale", "direction", "reference")


@dataclass(frozen=True, slots=True, kw_only=True)
class Argument:
    """One argument of a learned model.

    Attributes
    ----------
    name, title, claim : str
        Id, short name, and the argument as a sentence.
    measurement : Measurement
        What is read from which layer, as in a deposit-type file.
    scale : str
        ``plain`` (x), ``root`` (√x of a share), ``log`` (ln(1 + max(x, floor)/step)),
        or ``class`` (one column for each named class, 1 inside it, else 0).
    direction : str
        ``up``: more cannot speak against; ``down``: more cannot speak for; ``either``.
    reference : str
        What the argument and its direction rest on.
    step, floor : float
        Of a ``log`` scale, in the unit of the measurement; a distance below ``floor``,
        the error of the positions, counts as that.
    classes : tuple of str
        Of a ``class`` scale: those with a column of their own.
    """

    name: str
    title: str
    claim: str
    measurement: Measurement
    scale: str
    direction: str
    reference: str
    step: float = 1.0
    floor: float = 0.0
    classes: tuple[str, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns it fills."""
        if self.scale == "class":
            return tuple(f"{self.name}: {name}" for name in self.classes)
        return (self.name,)

    @property
    def bounds(self) -> tuple[float, float]:
        """Least and greatest coefficient that its direction allows."""
        return (
            -np.inf if self.direction != "up" else 0.0,
            np.inf if self.direction != "down" else 0.0,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """Another form of the model that was tried; the tests tell what it reached.

    Attributes
    ----------
    name, title : str
        Id and short name.
    arguments : tuple of Argument
        What is added, each with a direction that was written down before.
    without : tuple of str
        Names of the model's arguments that are left out.
    """

    name: str
    title: str
    arguments: tuple[Argument, ...] = ()
    without: tuple[str, ...] = ()

    def of(self, arguments: Sequence[Argument]) -> tuple[Argument, ...]:
        """Return the arguments of this form, from those of the model."""
        kept = (item for item in arguments if item.name not in self.without)
        return (*kept, *self.arguments)


@dataclass(frozen=True, slots=True, kw_only=True)
class LearnedType:
    """The arguments that a deposit type's learned model adds up.

    Attributes
    ----------
    deposit_type : str
        Id of the deposit type.
    title : str
        What its examples are.
    arguments : tuple of Argument
        In the order they are told.
    sha256 : str
        Checksum of the title and the arguments: coefficients name the one they were
        trained for.
    tried : tuple of Tried
        What else was tried; only the tests read it.
    akin : tuple of str
        Deposit types whose places outside the training tables the model is tested on.
    """

    deposit_type: str
    title: str
    arguments: tuple[Argument, ...]
    sha256: str = ""
    tried: tuple[Tried, ...] = ()
    akin: tuple[str, ...] = ()


def parse_learned(deposit_type: str, text: str) -> LearnedType | None:
    """Read the arguments of a deposit type's learned model and check them.

    Parameters
    ----------
    deposit_type : str
        Id: the file name without its ending.
    text : str
        The whole file of the deposit type.

    Returns
    -------
    LearnedType or None
        None where the file has no table ``[learned]``.

    Raises
    ------
    DepositTypeError
        Naming the file, the argument, what was expected and what came.
    """
    file = file_table(deposit_type, text)
    if LEARNED not in file.content:
        return None
    table = file.table(LEARNED, f"learned model of {file.where}")
    table.only("title", "argument", "tried", "akin")
    arguments = tuple(_argument(row, table.where) for row in table.tables("argument"))
    names = [item.name for item in arguments]
    if not names or len(set(names)) != len(names):
        raise DepositTypeError(
            f"The {table.where} needs at least one [[learned.argument]], and no name "
            f"twice; got {quoted(names)}."
        )
    used = {
        key: value
        for key, value in table.content.items()
        if key in ("title", "argument")
    }
    content = json.dumps(used, sort_keys=True, ensure_ascii=False)
    return LearnedType(
        deposit_type=deposit_type,
        title=table.text("title"),
        arguments=arguments,
        sha256=hashlib.sha256(content.encode()).hexdigest(),
        tried=_tried(table, names),
        akin=table.words("akin") or (deposit_type,),
    )


def _tried(table: Table, names: Sequence[str]) -> tuple[Tried, ...]:
    found = []
    for row in table.tables("tried"):
        form = row.named(f"form '{row.text('name', most=80)}' of the {table.where}")
        form.only("name", "title", "argument", "without")
        tried = Tried(
            name=form.text("name", most=80),
            title=form.text("title"),
            arguments=tuple(
                _argument(one, form.where) for one in form.tables("argument")
            ),
            without=form.words("without"),
        )
        result = [item.name for item in tried.arguments]
        result += [name for name in names if name not in tried.without]
        if not set(tried.without) <= set(names) or len(set(result)) != len(result):
            raise DepositTypeError(
                f"The {form.where} leaves out arguments of the model and adds others, "
                f"no name twice; got {quoted(result)} without {quoted(tried.without)}."
            )
        found.append(tried)
    return tuple(found)


def _argument(row: Table, model: str) -> Argument:
    name = row.text("name", most=80)
    row = row.named(f"argument '{name}' of the {model}")
    row.only(*_OWN, *READ, "step", "floor", "classes")
    argument = Argument(
        name=name,
        title=row.text("title"),
        claim=row.text("claim"),
        measurement=read_measurement(row),
        scale=row.one_of("scale", SCALES),
        direction=row.one_of("direction", DIRECTIONS),
        reference=row.text("reference"),
        step=row.number("step", default=1, low=1e-9),
        floor=row.number("floor", default=0, low=0),
        classes=row.words("classes"),
    )
    is_class = argument.measurement.measure == "class"
    if is_class != (argument.scale == "class") or is_class != bool(argument.classes):
        raise DepositTypeError(
            f"The {row.where}: measure 'class', scale 'class' and a list of classes go "
            f"together; got measure '{argument.measurement.measure}', scale "
            f"'{argument.scale}' and {len(argument.classes)} classes."
        )
    return argument


def encode(
    argument: Argument, measured: FloatArray, classes: Sequence[str]
) -> Float64Array:
    """Turn a measurement into the columns of its argument.

    Parameters
    ----------
    argument : Argument
        Says on which scale.
    measured : array of float32, shape (places,)
        NaN = unknown; a class is its position in ``classes``.
    classes : sequence of str
        Names of the classes of the layer; empty for quantities.

    Returns
    -------
    array of float64, shape (places, columns)
        NaN where the measurement is unknown.

    >>> from geodata.evidence.measurement import Measurement
    >>> share = Argument(name="f", title="", claim="", scale="root", direction="up",
    ...     reference="", measurement=Measurement(layer="l", measure="value", unit=""))
    >>> encode(share, np.float32([0.25, np.nan]), ()).ravel().tolist()
    [0.5, nan]
    """
    value = np.asarray(measured, dtype=np.float64)
    match argument.scale:
        case "root":
            return np.asarray(np.sqrt(np.clip(value, 0.0, None))[:, np.newaxis])
        case "log":
            above = np.maximum(value, argument.floor)
            return np.asarray(np.log1p(above / argument.step)[:, np.newaxis])
        case "class":
            known = ~np.isnan(value)
            code = np.where(known, value, -1.0).astype(np.int64)
            wanted = [
                classes.index(name) if name in classes else -2
                for name in argument.classes
            ]
            inside = (code[:, np.newaxis] == np.array(wanted)).astype(np.float64)
            inside[~known] = np.nan
            return np.asarray(inside)
        case _:
            return np.array(value[:, np.newaxis])
