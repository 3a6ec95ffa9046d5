"""Everything that can go wrong with data that comes from outside.

The tree::

    GeodataError
    ├── SourceError                a public file could not be had or trusted
    │   ├── FetchError             the client or the server did not bring it
    │   │   └── RefusedAddressError the address is not one we may ask
    │   ├── ChecksumError          it is not the file we know
    │   ├── UnexpectedContentError it is something else, a web page for example
    │   ├── NotInMirrorError       the mirror does not hold it
    │   ├── MissingLicenceError    nobody says what may be done with it
    │   └── CarrierError           the archive does not hold what it should
    ├── LayerError                 a layer of the store is not usable
    │   ├── MissingLayerError      it is not here
    │   ├── TamperedLayerError     its bytes are not the ones it was written with
    │   └── LayerFormatError       columns, bands or geometry are not as expected
    │       ├── UnsafeFileError    hostile, or larger than we read
    │       └── UnreadableFileError one file of several, which it names
    ├── GridError                  a grid cannot be made or does not fit
    │   ├── CellSizeError          cell size outside 30 m to 50 km
    │   └── GridMismatchError      two maps lie on different grids
    ├── DepositTypeError           a deposit-type file is wrong
    │   ├── UnknownDepositTypeError
    │   └── LearnedModelError      the file of a learned model is wrong
    ├── TrainingError              too few known examples to learn from
    ├── TrainingPointsError        no points, or more than their area can hold
    ├── OutsideRegionError         a place that is not in the five states
    ├── AreaOfInterestError        an area that cannot be reported on
    └── ReleaseError               a release cannot be built, opened or trusted
        ├── NoReleaseError         there is none
        ├── DamagedReleaseError    files are missing or changed
        ├── OutdatedReleaseError   it was built by another version
        └── StorageError           the disk is full or refuses to be written

A message holds what was expected, what came, and what to do next.  A wrong
argument in code is a ``ValueError``; these are for the world outside.
"""


class GeodataError(Exception):
    """Base of all errors about data; its text is fit to be shown to a user."""


class SourceError(GeodataError):
    """A public file could not be had or trusted."""


class FetchError(SourceError):
    """The registry client or the publisher's server did not bring the file."""


class RefusedAddressError(FetchError):
    """An address is not https, not of an allowed host, or not a public one."""


class ChecksumError(SourceError):
    """The bytes are not those that were pinned."""


class UnexpectedContentError(SourceError):
    """What came is not of the expected kind: a web page, an empty file."""


class NotInMirrorError(SourceError):
    """The folder given as mirror does not hold the file."""


class MissingLicenceError(SourceError):
    """A source states no licence entry, so it is not loaded."""


class CarrierError(SourceError):
    """An archive does not hold the expected member, or is not safe to open."""


class LayerError(GeodataError):
    """A layer of the store is not usable."""


class MissingLayerError(LayerError):
    """The layer store has no such layer."""


class TamperedLayerError(LayerError):
    """A layer's bytes differ from the checksum it was written with."""


class LayerFormatError(LayerError):
    """A layer's columns, bands or geometry are not as expected."""


class UnsafeFileError(LayerFormatError):
    """A foreign file is hostile or larger than we read; nothing of it was used."""


class UnreadableFileError(LayerFormatError):
    """One file, of several that a layer is made from, cannot be read.

    Parameters
    ----------
    part : (source id, file name)
        The file; it goes with the error from process to process.
    reason : str
        What is wrong with it, fit to be shown to a user.
    """

    def __init__(self, part: tuple[str, str], reason: str) -> None:
        super().__init__(part, reason)
        self.part = part

    def __str__(self) -> str:
        return str(self.args[1])


class GridError(GeodataError):
    """A grid cannot be made or does not fit."""


class CellSizeError(GridError):
    """The cell size lies outside 30 m to 50 km, or needs too much memory."""


class GridMismatchError(GridError):
    """Two maps lie on different grids; nothing is resampled silently."""


class DepositTypeError(GeodataError):
    """A deposit-type file is wrong."""


class UnknownDepositTypeError(DepositTypeError):
    """No deposit type has this name."""


class LearnedModelError(DepositTypeError):
    """The file of a learned model, or of its evaluation, is wrong."""


class TrainingError(GeodataError):
    """There are too few known examples to learn from."""


class TrainingPointsError(GeodataError):
    """There are no points, or more than the unit cells can hold."""


class OutsideRegionError(GeodataError):
    """The place does not lie in the five states."""


class AreaOfInterestError(GeodataError):
    """An area of interest is no polygon, too intricate, or not on Earth."""


class ReleaseError(GeodataError):
    """A release cannot be built, opened or trusted."""


class NoReleaseError(ReleaseError):
    """There is no release to open."""


class DamagedReleaseError(ReleaseError):
    """Files of a release are missing or changed."""


class OutdatedReleaseError(ReleaseError):
    """A release was built by another version, which wrote it otherwise."""


class StorageError(ReleaseError):
    """The disk is full or refuses to be written."""


def printable(words: str) -> str:
    r"""Return words without signs that could move the cursor; lines may end.

    >>> printable("a\x1b[2J\nb") == "a\N{REPLACEMENT CHARACTER}[2J\nb"
    True
    """
    return "".join(
        sign if sign.isprintable() or sign == "\n" else "\N{REPLACEMENT CHARACTER}"
        for sign in words
    )
