"""Blocks of a release's rasters, kept while there is room, to ask about places.

A place asks for one cell of many bands; a raster is stored in compressed blocks.  Those
that were asked for are kept, cell by cell and without the cells that say nothing, and
shared by all threads: the least used is dropped when there is no room.
"""

import threading
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import rasterio
from rasterio.windows import Window

Positions = npt.NDArray[np.intp]

SIDE = 256  # cells: as the rasters are stored
CAPACITY = 64_000_000  # bytes: every cell of the five states in cells of 5 km


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """What a raster stores of some places; one row a place, one column a band.

    Attributes
    ----------
    bands : tuple of str
        Names of the columns.
    stored : array of float32 or uint16, shape (places, bands)
        As stored; where nothing is, the raster's number for that.
    known : array of bool, shape (places,)
        Whether any band says something.
    """

    bands: tuple[str, ...]
    stored: npt.NDArray[np.generic]
    known: npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class _Block:
    """The cells of a block that say something; -1 in ``row`` means the others."""

    bands: tuple[str, ...]
    nodata: float
    row: npt.NDArray[np.int32]
    values: npt.NDArray[np.generic]

    @property
    def size(self) -> int:
        return int(self.row.nbytes + self.values.nbytes)


class Blocks:
    """Blocks of rasters of one release.

    Parameters
    ----------
    capacity : int
        Bytes to keep at most.
    """

    def __init__(self, capacity: int = CAPACITY) -> None:
        self._capacity = capacity
        self._size = 0
        self._kept: OrderedDict[tuple[Path, int, int], _Block] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._kept)

    @property
    def size(self) -> int:
        """Bytes that are kept now."""
        return self._size

    def at(self, path: Path, rows: Positions, columns: Positions) -> Cell:
        """Read all bands of some cells of a raster.

        Parameters
        ----------
        path : Path
            A raster of the release; the same bands in every block.
        rows, columns : array of int, shape (places,)
            The cells, at least one, inside the raster.

        Raises
        ------
        ValueError
            If there is no cell.
        RasterioIOError
            If the raster cannot be read.
        """
        if not len(rows):
            raise ValueError("Expected at least one cell; got none.")
        found: Cell | None = None
        for chosen, block in self._blocks(path, rows, columns):
            inner = rows[chosen] % SIDE, columns[chosen] % SIDE
            row = block.row[inner]
            known = row >= 0
            if found is None:
                shape = len(rows), len(block.bands)
                found = Cell(
                    bands=block.bands,
                    stored=np.full(shape, block.nodata, dtype=block.values.dtype),
                    known=np.zeros(len(rows), dtype=np.bool_),
                )
            found.stored[chosen[known]] = block.values[row[known]]
            found.known[chosen] = known
        assert found is not None  # noqa: S101  # for the checker: a cell has a block
        return found

    def _blocks(
        self, path: Path, rows: Positions, columns: Positions
    ) -> Iterator[tuple[Positions, _Block]]:
        """Return each block once, with the positions of the cells it holds."""
        across = int(columns.max()) // SIDE + 1
        number = rows // SIDE * across + columns // SIDE
        for one in np.unique(number).tolist():
            down, right = divmod(one, across)
            with self._lock:  # two at once would read, and hold, the same twice
                block = self._block(path, down, right)
            yield np.flatnonzero(number == one), block

    def _block(self, path: Path, down: int, right: int) -> _Block:
        key = path, down, right
        block = self._kept.get(key)
        if block is not None:
            self._kept.move_to_end(key)
            return block
        block = _read(path, down, right)
        self._kept[key] = block
        self._size += block.size
        while self._size > self._capacity and len(self._kept) > 1:
            _, dropped = self._kept.popitem(last=False)
            self._size -= dropped.size
        return block


def _read(path: Path, down: int, right: int) -> _Block:
    with rasterio.open(path, driver="GTiff") as source:
        shape = (
            min(SIDE, source.height - down * SIDE),
            min(SIDE, source.width - right * SIDE),
        )
        row = np.full(shape, -1, dtype=np.int32)
        known = np.zeros(shape, dtype=np.bool_)
        window = Window(right * SIDE, down * SIDE, shape[1], shape[0])
        bands = range(1, source.count + 1)
        nodata = source.nodata
        if source.interleaving == rasterio.enums.Interleaving.pixel:
            every = source.read(window=window)
            known = (every != nodata).any(axis=0)
            values = np.ascontiguousarray(every[:, known].T)
        else:  # band by band: all of them together would take more than is kept
            for band in bands:
                known |= source.read(band, window=window) != nodata
            values = np.empty((int(known.sum()), source.count), source.dtypes[0])
            for band in bands:
                values[:, band - 1] = source.read(band, window=window)[known]
        row[known] = np.arange(len(values), dtype=np.int32)
        return _Block(
            bands=tuple(str(name) for name in source.descriptions),
            nodata=nodata,
            row=row,
            values=values,
        )
