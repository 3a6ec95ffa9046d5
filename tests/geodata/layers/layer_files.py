"""Layers written by a test, as the store reads them."""

from geodata.layers.model import RasterProduct, VectorProduct
from geodata.layers.storage.publication import publish, stage


def write(folder, product, draft):
    """Write any product as a layer that counts; return its record."""
    record = stage(folder, product, draft)
    publish(folder, [record])
    return record


def write_vector(folder, table, draft):
    return write(folder, VectorProduct(table=table), draft)


def write_raster(folder, image, draft, *, dtype="float32"):
    return write(folder, RasterProduct(image=image, dtype=dtype), draft)
