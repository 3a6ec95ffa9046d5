"""Which formats GDAL may open for us; every other driver is skipped before it loads.

GDAL takes no list of what is wanted, so the others are named: those of the two
libraries that bring it, and those that other builds of it have.  A test fails when a
new version brings a driver that neither list names.  This module imports nothing.
"""

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
