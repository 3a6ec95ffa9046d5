"""What a confined child answers: numbers, texts and tables, never code.

A child reads hostile files, so the process that asked trusts nothing it says.  It
says which kind of answer it wants, as a type, and makes only that from what came: JSON
for the small, arrays and texts as they lie in memory.  No name in an answer chooses
what is made of it.
"""

import builtins
import dataclasses
import math
import re
import types
import typing
from collections.abc import Callable, Mapping, Sequence

import geopandas
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyproj
from rasterio.transform import Affine
from shapely.errors import GEOSException

from geodata import errors
from geodata.errors import GeodataError, UnreadableFileError, UnsafeFileError
from geodata.readers.projection import reference_from_json, reference_from_text
from geodata.readers.quoting import quoted
from geodata.readers.reply_tables import Octets, PlainTable

Kind: typing.TypeAlias = object  # a class, or a form such as tuple[str, ...]
Json: typing.TypeAlias = typing.Any

_DTYPE = re.compile(r"[<>|][biuf][1248]")
_FAULTS = (
    *(AssertionError, AttributeError, IndexError, KeyError, NotImplementedError),
    *(OSError, RuntimeError, TypeError, ValueError),
)
_REGISTERED = re.compile(r"(EPSG|ESRI):\d{4,6}")
_LONGEST_MESSAGE = 100_000
_WRONG = (
    *(ArithmeticError, LookupError, RecursionError, TypeError, ValueError),
    GEOSException,
)


def packed(value: object, parts: list[Octets]) -> object:
    """Return a value as JSON has it, and put what is large into ``parts``.

    Raises
    ------
    TypeError
        If it is of a kind that no child answers with.
    """
    match value:
        case None | bool() | int() | float() | str():
            return value
        case bytes():
            return _part(np.frombuffer(value, np.uint8), parts)
        case pd.DataFrame():
            return packed(PlainTable.of(value), parts)
        case np.ndarray() | np.generic():
            return _packed_array(np.asanyarray(value), parts)
        case Affine():
            return list(value)[:6]
        case pyproj.CRS():
            return _packed_reference(value)
        case Mapping():
            return {str(key): packed(one, parts) for key, one in value.items()}
        case tuple() | list():
            return [packed(one, parts) for one in value]
    if dataclasses.is_dataclass(value):
        fields = dataclasses.fields(value)
        return {one.name: packed(getattr(value, one.name), parts) for one in fields}
    raise TypeError(f"A child does not answer with {type(value).__name__}.")


def unpacked(said: object, kind: Kind, parts: Sequence[Octets]) -> object:
    """Return the value of one kind that an answer holds.

    Parameters
    ----------
    said : object
        What :func:`packed` made, or anything else that JSON can say.
    kind : type or form of one
        What is made of it, and nothing else.
    parts : sequence of bytes
        What is large.

    Raises
    ------
    UnsafeFileError
        If it is not what was asked for.
    """
    try:
        return _made(said, kind, parts)
    except _WRONG as error:
        raise UnsafeFileError(
            "The process that read the file answered with something else than was "
            f"asked for ({quoted(str(error))}). The file may be hostile; nothing of "
            "it was used."
        ) from error


def packed_error(error: Exception) -> object:
    """Return an error as JSON has it: its name, and what it says."""
    if isinstance(error, OSError) and error.errno is not None:
        name = None if error.filename is None else str(error.filename)
        return {"name": "OSError", "said": [error.errno, str(error.strerror), name]}
    known = next((of for of in type(error).__mro__ if _is_known(of)), RuntimeError)
    text = str(error.args[0]) if isinstance(error, KeyError) else str(error)
    if type(error) is not known:
        text = f"{type(error).__name__}: {text}"
    told = {"name": known.__name__, "said": text[:_LONGEST_MESSAGE]}
    part = getattr(error, "part", None)
    return told if part is None else {**told, "part": [*map(str, part)]}


def unpacked_error(said: object) -> Exception:
    """Return the error that a child told, if it is one of those we know."""
    match said:
        case {"name": "OSError", "said": [int(number), str(text), name]}:
            return OSError(number, text, None if name is None else str(name))
        case {"name": "UnreadableFileError", "said": str(text), "part": [source, file]}:
            return UnreadableFileError((str(source), str(file)), text)
        case {"name": str(name), "said": str(text)}:
            kind: Json = getattr(errors, name, getattr(builtins, name, None))
            if kind is not UnreadableFileError and _is_known(kind):
                error: Exception = kind(text)
                return error
    return UnsafeFileError(
        "The process that read the file failed without a reason that is known. "
        "Nothing of the file was used."
    )


def _is_known(kind: Json) -> bool:
    if not isinstance(kind, type) or not issubclass(kind, GeodataError):
        return kind in _FAULTS
    return hasattr(errors, kind.__name__)


def _made(said: Json, kind: Json, parts: Sequence[Octets]) -> object:
    form: Json = typing.get_origin(kind)
    origin: Json = kind if form is None else form
    given = typing.get_args(kind)
    if origin is typing.Any:
        return said  # no more than JSON can say
    if origin in (type(None), None, bool, int, str):
        return _plain(said, type(None) if origin is None else origin)
    if origin in (types.UnionType, typing.Union):
        optional = [one for one in given if one is not type(None)]
        return None if said is None else _made(said, optional[0], parts)
    if origin is tuple and given[-1:] == (...,):
        return tuple(_made(one, given[0], parts) for one in _plain(said, list))
    if origin is tuple:
        pairs = zip(_plain(said, list), given, strict=True)
        return tuple(_made(one, of, parts) for one, of in pairs)
    if isinstance(origin, type) and issubclass(origin, Mapping):
        items = _plain(said, dict).items()
        return {key: _made(one, given[1], parts) for key, one in items}
    if origin is np.ndarray:
        return _array(said, _scalars(given), parts)
    if make := _MAKERS.get(origin):
        return make(said, parts)
    if dataclasses.is_dataclass(origin) and isinstance(origin, type):
        hints = typing.get_type_hints(origin)
        names = [one.name for one in dataclasses.fields(origin)]
        if {*_plain(said, dict)} != {*names}:
            raise ValueError(f"not the fields of {origin.__name__}")
        return origin(**{name: _made(said[name], hints[name], parts) for name in names})
    raise TypeError(f"{kind} cannot be asked for")


def _plain(said: object, kind: type) -> Json:
    if type(said) is not kind:
        raise TypeError(f"{type(said).__name__} in place of {kind.__name__}")
    return said


def _number(said: object, _: Sequence[Octets]) -> float:
    if type(said) not in (int, float):
        raise TypeError(f"{type(said).__name__} in place of a number")
    return float(typing.cast("float", said))


def _part(content: Octets, parts: list[Octets]) -> int:
    parts.append(content)
    return len(parts) - 1


def _content(said: object, parts: Sequence[Octets]) -> Octets:
    number = _plain(said, int)
    if number < 0:
        raise ValueError("no such part")
    return parts[number]


def _packed_array(array: npt.NDArray[np.generic], parts: list[Octets]) -> object:
    if not _DTYPE.fullmatch(array.dtype.str):
        raise TypeError(f"A child does not answer with arrays of {array.dtype}.")
    mask = None
    if isinstance(array, np.ma.MaskedArray):
        if array.mask is not np.ma.nomask:
            mask = _packed_array(np.asarray(array.mask), parts)
        array = np.asarray(array.data)
    flat = np.ascontiguousarray(array).reshape(-1).view(np.uint8)
    told = {"type": array.dtype.str, "shape": list(array.shape)}
    return {**told, "part": _part(flat, parts), "mask": mask}


def _array(
    said: Json, scalars: tuple[type, ...], parts: Sequence[Octets]
) -> npt.NDArray[np.generic]:
    name, shape = _plain(said["type"], str), _plain(said["shape"], list)
    content = _content(said["part"], parts)
    if not _DTYPE.fullmatch(name):
        raise TypeError(f"arrays of {name}")
    dtype = np.dtype(name)
    if not issubclass(dtype.type, scalars):
        raise TypeError(f"{dtype} in place of {scalars}")
    if not all(type(side) is int and side >= 0 for side in shape):
        raise ValueError("sides of an array")
    if math.prod(shape) * dtype.itemsize != len(content):
        raise ValueError(f"{len(content)} bytes for {shape} values of {dtype}")
    values = content.view(dtype).reshape(shape)
    if said["mask"] is None:
        return values
    mask = _array(said["mask"], (np.bool_,), parts)
    if mask.shape != values.shape:
        raise ValueError("a mask of another shape")
    return np.ma.MaskedArray(values, mask=mask.view(np.bool_))


def _scalars(given: Sequence[typing.Any]) -> tuple[type, ...]:
    """Return the kinds of number that an array type asks for."""
    of = typing.get_args(given[-1])[:1] if given else ()
    if of and isinstance(of[0], typing.TypeVar):
        of = of[0].__constraints__
    return tuple(one for one in of if isinstance(one, type)) or (np.generic,)


def _packed_reference(crs: pyproj.CRS) -> str:
    return crs.srs if _REGISTERED.fullmatch(crs.srs) else crs.to_json()


def _reference(said: object, _: Sequence[Octets]) -> pyproj.CRS:
    text = _plain(said, str)
    read = reference_from_json if text.startswith("{") else reference_from_text
    return read(text)


def _transform(said: object, parts: Sequence[Octets]) -> Affine:
    return Affine(*(_number(one, parts) for one in _plain(said, list)))


def _frame(said: object, parts: Sequence[Octets]) -> pd.DataFrame:
    plain = typing.cast("PlainTable", _made(said, PlainTable, parts))
    if plain.crs is not None:
        raise TypeError("shapes in place of a plain table")
    return plain.table()


def _layer(said: object, parts: Sequence[Octets]) -> pd.DataFrame:
    plain = typing.cast("PlainTable", _made(said, PlainTable, parts))
    if plain.crs is None:
        raise TypeError("a plain table in place of shapes")
    return plain.table()


_MAKERS: Mapping[object, Callable[[typing.Any, Sequence[Octets]], object]] = {
    float: _number,
    bytes: lambda said, parts: _content(said, parts).tobytes(),
    Affine: _transform,
    pyproj.CRS: _reference,
    pd.DataFrame: _frame,
    geopandas.GeoDataFrame: _layer,
}
