"""Formats that GDAL may never open for us, because they lead to other files or hosts.

Readers name their driver, which is the first wall; this is the second.  It works only
when it is set before GDAL is loaded, so this module imports nothing.
"""

import os

LOCKED = {
    "GDAL_SKIP": "VRT GTI GDALG MRF HTTP WMS WMTS WCS OGCAPI STACTA STACIT DAAS EEDA "
    "EEDAI PLMOSAIC",
    "OGR_SKIP": "OGR_VRT,WFS,OAPIF,CSW,Carto,AmigoCloud,NGW,Elasticsearch,PLSCENES,"
    "ADBC",
    "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": ".none",
    "GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR",
    "GDAL_CACHEMAX": "64",
    # Another allocator reserves 1 GiB at its first use, out of the memory we allow.
    "ARROW_DEFAULT_MEMORY_POOL": "system",
    "HDF5_PLUGIN_PRELOAD": "::",  # HDF5 loads no filter from any folder
}


def lock_doors() -> None:
    """Set the environment of this process and of those it starts."""
    os.environ.update(LOCKED)
