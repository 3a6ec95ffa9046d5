"""Refuse HDF5 files that take values from other files; nothing here reads values.

HDF5, which netCDF 4 is made of, can store the values of an array in any file of the
machine (external storage), link to an object of another file, or compose arrays of
other files' arrays (virtual data sets).  The library follows all three without a
word.  So the library itself is asked, link by link and without following one, what
the file holds; whatever it cannot tell counts as unsafe.

References
----------
.. [HDF5] The HDF Group: HDF5 File Format Specification, version 3.0; II.A (superblock),
   IV.A.2 (header messages and their numbers).
"""

import os
import struct
from pathlib import Path

from h5py import h5, h5d, h5f, h5g, h5l, h5o, h5p, h5z

from geodata.errors import LayerFormatError, UnsafeFileError
from geodata.readers.quoting import reason

MAGIC = b"\x89HDF\r\n\x1a\n"

MOST_LINKS = 20_000
"""Links looked at before a file is given up; grids have a dozen."""

# Superblock: where the base address stands, and after how many bytes more that of
# the driver's block (versions 0, 1) or of the extension (2, 3).
_SIZE_OF_OFFSETS = {0: 13, 1: 13, 2: 9, 3: 9}
_BASE = {0: 24, 1: 28, 2: 12, 3: 12}
_FURTHER = {0: 24, 1: 24, 2: 8, 3: 8}
_NOWHERE = 0xFFFF_FFFF_FFFF_FFFF

# Header messages as bits of what an object has.
_EXTERNAL_FILES = 1 << 0x07
_LAYOUT = 1 << 0x08
_LINKS = 1 << 0x02 | 1 << 0x06 | 1 << 0x11

_LAYOUTS = (h5d.COMPACT, h5d.CONTIGUOUS, h5d.CHUNKED)
# Built into the library; any other filter is a program loaded from a folder.
_FILTERS = (
    h5z.FILTER_DEFLATE,
    h5z.FILTER_SHUFFLE,
    h5z.FILTER_FLETCHER32,
    h5z.FILTER_SZIP,
    h5z.FILTER_NBIT,
    h5z.FILTER_SCALEOFFSET,
)
_FAILURES = (
    ArithmeticError,
    LookupError,
    MemoryError,
    NotImplementedError,
    OSError,
    RuntimeError,
    TypeError,
    ValueError,
)

# Of each link its kind, and the address of the object in this file.
_Links = dict[bytes, tuple[int, int | None]]


def require_self_contained(path: Path) -> None:
    """Refuse an HDF5 file whose values could lie elsewhere.

    Raises
    ------
    UnsafeFileError
        If it holds external storage, a link to another file or of an unknown kind,
        a virtual data set, a filter that is not part of HDF5, more than
        ``MOST_LINKS`` links, or anything the library cannot make out.
    LayerFormatError
        If its first block is damaged.
    """
    _require_plain_superblock(path)
    try:
        access = h5p.create(h5p.FILE_ACCESS)
        access.set_fapl_sec2()  # one file, never a family of them
        access.set_file_locking(False, True)
        access.set_fclose_degree(h5f.CLOSE_STRONG)
        file = h5f.open(os.fsencode(path), h5f.ACC_RDONLY, access)
        try:
            fault = _fault(file)
        finally:
            file.close()
    except _FAILURES as error:
        fault = f"cannot be looked through ({reason(error)})"
    if fault:
        raise UnsafeFileError(
            f"{path.name} {fault}; expected every value in the file itself, plainly "
            "stored. Nothing of it was used; do not use this file."
        )


def _require_plain_superblock(path: Path) -> None:
    with path.open("rb") as stream:
        head = stream.read(65)
    version = head[8] if len(head) > 64 else -1
    if not head.startswith(MAGIC) or version not in _BASE:
        raise LayerFormatError(
            f"{path.name} is not HDF5 as we know it (version {version}). Fetch it "
            "again."
        )
    start = _BASE[version]
    (base,) = struct.unpack_from("<Q", head, start)
    (further,) = struct.unpack_from("<Q", head, start + _FURTHER[version])
    if (head[_SIZE_OF_OFFSETS[version]], base, further) != (8, 0, _NOWHERE):
        raise UnsafeFileError(
            f"{path.name} is laid out in a way no usual grid is (addresses not of 8 "
            "bytes or not from its start, several files, or a superblock with an "
            "extension). Nothing of it was used; write it anew without these."
        )


def _fault(file: h5f.FileID) -> str:
    """Walk every object once and return what is wrong, empty if nothing is."""
    root = h5o.open(file, b"/")
    about = h5o.get_info(root)
    groups = [root]
    seen = {about.addr}
    count = 0
    fault = _header_fault(about)
    while groups and not fault:
        group = groups.pop()
        links, fault = _links(group, MOST_LINKS - count)
        count += len(links)
        for name, (kind, address) in links.items():
            if fault or kind == h5l.TYPE_SOFT:
                continue  # leads to a name in this file, which has its own turn
            about = h5o.get_info(group, name)
            if about.addr != address:
                fault = "has a directory that leads to two places"
            elif address not in seen:
                seen.add(address)
                # Opened only when its header holds nothing foreign.
                fault = _header_fault(about)
                item = None if fault else h5o.open(group, name)
                if isinstance(item, h5g.GroupID):
                    groups.append(item)
                elif isinstance(item, h5d.DatasetID):
                    fault = _array_fault(item.get_create_plist())
    return fault


def _links(group: h5g.GroupID, most: int) -> tuple[_Links, str]:
    """Return the links of a group, or what is wrong with one.

    A group may keep two directories, by name and by order of creation, and programs
    use either: both are read and must agree.
    """
    by_name, fault = _directory(group, h5.INDEX_NAME, most)
    if fault or not group.get_create_plist().get_link_creation_order():
        return by_name, fault
    by_order, fault = _directory(group, h5.INDEX_CRT_ORDER, most)
    if not fault and by_order != by_name:
        fault = "has two directories that differ"
    return by_name, fault


def _directory(group: h5g.GroupID, index: int, most: int) -> tuple[_Links, str]:
    found: _Links = {}

    def look(name: bytes, link: h5l.LinkInfo) -> str | None:
        if link.type == h5l.TYPE_EXTERNAL:
            return "links to another file (external link)"
        if link.type not in (h5l.TYPE_HARD, h5l.TYPE_SOFT):
            return f"holds a link of an unknown kind ({link.type})"
        if name in found or len(found) >= most:
            return f"names an object twice or holds more than {MOST_LINKS:,} links"
        found[name] = (link.type, link.u if link.type == h5l.TYPE_HARD else None)
        return None

    fault, _ = group.links.iterate(look, info=True, idx_type=index)
    return found, fault or ""


def _header_fault(about: h5o.ObjInfo) -> str:
    present = about.hdr.mesg.present
    if present & _EXTERNAL_FILES:
        return "takes values from other files (external storage)"
    if present & _LAYOUT and present & _LINKS:
        return "holds an object that is both array and group"
    if about.type not in (h5o.TYPE_GROUP, h5o.TYPE_DATASET, h5o.TYPE_NAMED_DATATYPE):
        return f"holds an object of an unknown kind ({about.type})"
    return ""


def _array_fault(made: h5p.PropDCID) -> str:
    """Return what is wrong with the way an array is stored."""
    layout = made.get_layout()
    if layout == h5d.VIRTUAL:
        return "is composed of other files (virtual data set)"
    if layout not in _LAYOUTS:
        return f"stores an array in an unknown way ({layout})"
    if made.get_external_count() > 0:
        return "takes values from other files (external storage)"
    codes = [made.get_filter(n)[0] for n in range(made.get_nfilters())]
    unknown = [str(code) for code in codes if code not in _FILTERS]
    if unknown:
        return f"needs a filter that is not part of HDF5 ({', '.join(unknown)})"
    return ""
