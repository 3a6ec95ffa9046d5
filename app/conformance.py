"""Which parts of the standards of OGC API are met."""

from app.filters import CONFORMANCE as CQL2

_FEATURES = "http://www.opengis.net/spec/ogcapi-features"
_COMMON = "http://www.opengis.net/spec/ogcapi-common"

CONFORMANCE = (
    f"{_COMMON}-1/1.0/conf/core",
    f"{_COMMON}-1/1.0/conf/landing-page",
    f"{_COMMON}-1/1.0/conf/json",
    f"{_COMMON}-1/1.0/conf/html",
    f"{_COMMON}-1/1.0/conf/oas30",
    f"{_COMMON}-2/1.0/conf/collections",
    f"{_FEATURES}-1/1.0/conf/core",
    f"{_FEATURES}-1/1.0/conf/oas30",
    f"{_FEATURES}-1/1.0/conf/geojson",
    f"{_FEATURES}-1/1.0/conf/html",
    f"{_FEATURES}-2/1.0/conf/crs",
    f"{_FEATURES}-3/1.0/conf/queryables",
    f"{_FEATURES}-3/1.0/conf/filter",
    f"{_FEATURES}-3/1.0/conf/features-filter",
    f"{_FEATURES}-5/1.0/conf/schemas",
    f"{_FEATURES}-5/1.0/conf/core-roles-features",
    f"{_FEATURES}-5/1.0/conf/returnables-and-receivables",
    *CQL2,
)
"""Names, not addresses we call."""
