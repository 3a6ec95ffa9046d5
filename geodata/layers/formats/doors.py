"""Formats that GDAL may never open for us, because they lead to other files or hosts.

Readers name their driver, which is the first wall; this is the second.  It works only
when it is set before GDAL is loaded, so this module imports nothing.
"""

import os

LOCKED = {
    "GDAL_SKIP": "VRT WMS WMTS WCS HTTP MRF",
    "OGR_SKIP": "OGR_VRT",
    "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": ".none",
    "GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR",
    "GDAL_CACHEMAX": "64",
}


def lock_doors() -> None:
    """Set the environment of this process and of those it starts."""
    os.environ.update(LOCKED)
