"""The formats we read, each by name; none is guessed from what a file holds.

GDAL takes no list of the drivers that are wanted, so the others are named and skipped
before they load: those of the two libraries that bring it, and those that other builds
of it have.  A test fails when a new version brings a driver that neither list names.
"""

from dataclasses import dataclass
from pathlib import Path

from geodata.errors import LayerFormatError

WANTED = (
    *("GTiff", "COG", "MEM", "netCDF"),
    *("ESRI Shapefile", "GPKG", "OpenFileGDB", "FlatGeobuf", "MapInfo File"),
    *("LIBKML", "GML", "TopoJSON", "DXF", "XLSX"),
)
"""What children know."""

SKIPPED = (
    "AAIGrid ACE2 ADBC ADRG AIG AirSAR AIVector AmigoCloud ARROW Arrow AVCBin "
    "AVCE00 AVIF BAG BASISU BIGGIF BLX BMP BSB BT BYN CAD CALS Carto CEOS COASP "
    "COSAR CPG CSV CSW CTable2 CTG DAAS DB2ODBC DDS DERIVED DGN DIMAP DIPEx "
    "DOQ1 DOQ2 DTED DWG ECRGTOC ECW EDIGEO EEDA EEDAI EHdr EIR ELAS Elasticsearch "
    "ENVI ERS ESAT ESRIC ESRIJSON EXR FAST FileGDB FIT FITS GDALG GenBin GeoJSON "
    "GeoJSONSeq GeoRSS GFF GIF GMLAS GMT GNMDatabase GNMFile GPSBabel GPX "
    "GRASSASCIIGrid GRIB GS7BG GSAG GSBG GSC GTFS GTI GTX GXF HANA HDF4 HDF4Image "
    "HDF5 HDF5Image HEIF HF2 HFA HTTP IDB Idrisi ILWIS Ingres IRIS ISCE ISG ISIS2 "
    "ISIS3 JAXAPALSAR JDEM JML JP2ECW JP2KAK JP2Lura JP2MrSID JP2OpenJPEG JPEG "
    "JPEGXL JPIPKAK JSONFG KEA KML KMLSUPEROVERLAY KRO KTX2 L1B LAN LCP Leveller "
    "LIBERTIFF LOSLAS LVBAG MAP MapML MBTiles Memory MFF MFF2 MiraMonVector "
    "MongoDBv3 MRF MrSID MSGN MSSQLSpatial MVT MySQL NAS NDF NGSGEOID NGW "
    "NITF NOAA_B NSIDCbin NTv2 NWT_GRC NWT_GRD OAPIF OCI ODBC ODS OGCAPI OGDI "
    "OGR_GMT OGR_PDS OGR_VRT OSM OZI PARQUET Parquet PAux PCIDSK PCRaster PDF PDS "
    "PDS4 PGDUMP PGeo PLMOSAIC PLSCENES PMTiles PNG PNM PostGISRaster PostgreSQL "
    "PRF R Rasterlite RDA RIK RMF ROI_PAC RPFTOC RRASTER RS2 RST S102 S104 S111 "
    "S57 SAFE SAGA SAR_CEOS SDTS Selafin SENTINEL2 SGI SIGDEM SNAP_TIFF SNODAS "
    "SOSI SQLite SRP SRTMHGT STACIT STACTA SXF Terragen TGA TIL TileDB TSX "
    "USGSDEM VDV VFK VICAR VRT WAsP WCS WEBP WFS WMS WMTS XODR XPM XYZ Zarr ZMap"
)
"""All others; several of them lead to other files, servers or programs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """How one format lies on disk, and who reads it.

    Attributes
    ----------
    gdal : str
        Driver of GDAL; empty when another library reads it.
    endings : tuple of str
        What names of its main file end with; the library is shown the first.
    beside : tuple of str
        Endings of the files that go with it.
    needed : tuple of str
        Those of them without which it is not whole.
    begins : tuple of bytes
        What the main file begins with, blanks and a byte order mark before it aside.
    by_window : bool
        Whether the library may leave out what lies outside a window.
    """

    gdal: str = ""
    endings: tuple[str, ...]
    beside: tuple[str, ...] = ()
    needed: tuple[str, ...] = ()
    begins: tuple[bytes, ...] = ()
    by_window: bool = False


_XML = (b"<", b"\xfe\xff\0<", b"\xff\xfe<\0", b"\0<")  # the others: UTF-16

FORMATS = {
    "shapefile": Format(
        gdal="ESRI Shapefile",
        endings=(".shp",),
        beside=(".shx", ".dbf", ".prj", ".cpg"),
        needed=(".shx", ".dbf", ".prj"),
        begins=(b"\0\0\x27\x0a",),
    ),
    "geojson": Format(endings=(".geojson", ".json")),
    "geojson-lines": Format(endings=(".geojsonl", ".geojsons", ".jsonl", ".ndjson")),
    "geopackage": Format(
        gdal="GPKG",
        endings=(".gpkg",),
        begins=(b"SQLite format 3\0",),
        by_window=True,
    ),
    "filegdb": Format(gdal="OpenFileGDB", endings=(".gdb",), by_window=True),
    "flatgeobuf": Format(
        gdal="FlatGeobuf", endings=(".fgb",), begins=(b"fgb\3fgb",), by_window=True
    ),
    "geoparquet": Format(endings=(".parquet", ".geoparquet"), begins=(b"PAR1",)),
    "mapinfo": Format(
        gdal="MapInfo File",
        endings=(".tab",),
        beside=(".dat", ".map", ".id", ".ind"),
        needed=(".dat", ".map", ".id"),
        begins=(b"!table",),
    ),
    "mif": Format(
        gdal="MapInfo File",
        endings=(".mif",),
        beside=(".mid",),
        needed=(".mid",),
        begins=(b"version",),
    ),
    "kml": Format(gdal="LIBKML", endings=(".kml",), begins=_XML),
    "wfs": Format(gdal="GML", endings=(".gml", ".xml"), begins=(b"{", *_XML)),
    "dxf": Format(gdal="DXF", endings=(".dxf",), begins=(b"0", b"999")),
}
"""By the name that a recipe gives to :func:`geodata.readers.vector.read_vector`."""

ZIPPED = {f"{name}-zip": name for name in FORMATS} | {"kmz": "kml"}
"""The same in a zip archive."""

DRIVERS = (*FORMATS, *ZIPPED)


def driver_of(path: Path) -> str:
    """Return the driver that the ending of a name stands for.

    Raises
    ------
    LayerFormatError
        If it stands for none: for an archive too, which may hold anything.

    Examples
    --------
    >>> driver_of(Path("faults.TAB")), driver_of(Path("faults.shp.zip"))
    ('mapinfo', 'shapefile-zip')
    """
    *others, ending = ["", *(suffix.lower() for suffix in path.suffixes[-2:])]
    if ending == ".kmz":
        return "kmz"
    zipped = ending == ".zip"
    for name, known in FORMATS.items():
        if (others[-1] if zipped else ending) in known.endings:
            return f"{name}-zip" if zipped else name
    endings = ", ".join(one for known in FORMATS.values() for one in known.endings)
    raise LayerFormatError(
        f"The name of {path.name} does not say what it is. Expected one of {endings}, "
        ".kmz, or one of them with .zip after it; rename the file, or name its format."
    )
