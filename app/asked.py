"""What a request for the features of a collection asks for."""

from dataclasses import dataclass, replace
from typing import Annotated

import numpy as np
import shapely
from fastapi import Depends, Query, Request

from app.boxes import box_in_crs84, parse_box
from app.collection import Collection, Positions
from app.columns import Column
from app.crs import Crs, parse_crs, to_crs
from app.datetimes import parse_datetime
from app.excerpt import Excerpt, Source
from app.filters import Filter, Language, parse_filter, rows_matching
from app.offered_crs import offered_crs
from app.parameters import DEFAULT_LIMIT, MAX_LIMIT, BBox, WholeNumber
from app.sorting import parse_properties, parse_sort, sorted_rows

CrsName = Annotated[
    str | None,
    Query(
        max_length=200,
        description="Reference system of the answer, by its address; a collection "
        "lists those it has. By default CRS84: longitude, latitude.",
        examples=["http://www.opengis.net/def/crs/EPSG/0/32642"],
    ),
]
BoxCrs = Annotated[
    str | None,
    Query(
        alias="bbox-crs",
        max_length=200,
        description="Reference system of bbox; by default CRS84.",
    ),
]
FilterText = Annotated[
    str | None,
    Query(
        alias="filter",
        description="Condition in CQL2; only features of which it is true are given.",
        examples=["rank_in_type <= 5"],
    ),
]
FilterLanguage = Annotated[
    Language,
    Query(alias="filter-lang", description="How the filter is written."),
]
FilterCrs = Annotated[
    str | None,
    Query(
        alias="filter-crs",
        max_length=200,
        description="Reference system of the geometries in the filter; by default "
        "CRS84.",
    ),
]
SortBy = Annotated[
    str | None,
    Query(
        description="Columns to sort by, separated by commas, each with - before it "
        "to begin with the greatest; what is missing comes last.",
        examples=["-favourability"],
    ),
]
Properties = Annotated[
    str | None,
    Query(
        description="Columns of the answer, separated by commas; all if absent.",
        examples=["rank,deposit_type"],
    ),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Which features are asked for, in what order and how much of each.

    Attributes
    ----------
    limit, offset : int
        How many at most, and how many to leave out before.
    box : shapely geometry or None
        Place they have to touch, degrees.
    filter : Filter or None
        What else must be true of them.
    filter_crs, crs : Crs
        Of the geometries in the filter, and of the answer.
    sortby, properties : str or None
        As written; they are read with the columns of a collection.
    skip_geometry : bool
        Whether the answer is to be without geometry.
    """

    limit: int
    offset: int
    box: shapely.Geometry | None
    filter: Filter | None
    filter_crs: Crs
    crs: Crs
    sortby: str | None
    properties: str | None
    skip_geometry: bool

    def rows(self, found: Collection, among: Positions) -> Positions:
        """Return the rows that match, in the order that is asked for.

        Parameters
        ----------
        found : Collection
            What is asked.
        among : array of int64
            The rows that may be given, ascending.

        Raises
        ------
        BadParameterError
            If the filter or the order names what the collection does not have.
        """
        rows = among
        if self.box is not None:
            inside = found.touching(self.box)
            allowed = np.zeros(len(found.ids), dtype=np.bool_)
            allowed[among] = True
            rows = inside[allowed[inside]]
        if self.filter is not None:
            kept = rows_matching(
                self.filter,
                found.table,
                found.columns,
                found.tree,
                crs=self.filter_crs,
            )
            rows = rows[kept[rows]]
        if self.sortby is not None:
            keys = parse_sort(self.sortby, found.columns)
            rows = sorted_rows(rows, keys, found.table)
        return rows

    def excerpt(self, found: Collection, rows: Positions, source: Source) -> Excerpt:
        """Return what is to be written of some rows."""
        columns: tuple[Column, ...] = found.columns
        if self.properties is not None:
            columns = parse_properties(self.properties, columns)
        whole = in_crs(found, rows, source, self.crs)
        geometry = None if self.skip_geometry else whole.geometry
        return replace(whole, columns=columns, geometry=geometry)


def in_crs(found: Collection, rows: Positions, source: Source, crs: Crs) -> Excerpt:
    """Return rows of a collection with all columns, in a reference system."""
    moved = to_crs(found.geometry[rows], crs)
    if crs.axes_swapped:  # an excerpt has x to the east first
        moved = shapely.transform(moved, lambda xy: xy[:, ::-1])
    return Excerpt(
        collection=found,
        rows=rows,
        columns=found.columns,
        geometry=np.asarray(moved, dtype=np.object_),
        crs=crs.crs,
        crs_uri=crs.uri,
        axes_swapped=crs.axes_swapped,
        source=source,
    )


def crs_named(request: Request, name: str | None) -> Crs:
    """Return the reference system a request names; by default CRS84."""
    known = offered_crs(request)
    return known[0] if name is None else parse_crs(name, known)


def get_asked(
    request: Request,
    *,
    bbox: BBox = None,
    bbox_crs: BoxCrs = None,
    limit: Annotated[
        WholeNumber,
        Query(
            ge=1, description=f"Features a page; more than {MAX_LIMIT} count as that."
        ),
    ] = DEFAULT_LIMIT,
    offset: Annotated[
        WholeNumber,
        Query(ge=0, le=1_000_000_000, description="Features to leave out before."),
    ] = 0,
    datetime: Annotated[
        str | None,
        Query(description="Date-time or interval; features have none, so all match."),
    ] = None,
    crs: CrsName = None,
    filter_text: FilterText = None,
    filter_lang: FilterLanguage = "cql2-text",
    filter_crs: FilterCrs = None,
    sortby: SortBy = None,
    properties: Properties = None,
    skip_geometry: Annotated[
        bool,
        Query(alias="skipGeometry", description="Whether to leave the geometry out."),
    ] = False,
) -> Asked:
    """Read the query.

    Raises
    ------
    BadParameterError
        If a value cannot be understood; the message says what is expected.
    """
    if datetime is not None:
        parse_datetime(datetime)
    box_system = crs_named(request, bbox_crs)
    box = None if bbox is None else box_in_crs84(parse_box(bbox), box_system)
    condition = None
    if filter_text is not None:
        condition = parse_filter(filter_text, lang=filter_lang)
    return Asked(
        limit=min(limit, MAX_LIMIT),
        offset=offset,
        box=box,
        filter=condition,
        filter_crs=crs_named(request, filter_crs),
        crs=crs_named(request, crs),
        sortby=sortby,
        properties=properties,
        skip_geometry=skip_geometry,
    )


AskedFor = Annotated[Asked, Depends(get_asked)]
