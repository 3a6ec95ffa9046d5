"""Layers: public files made uniform, and the store they are read from."""

from geodata.layers.store import LayerStore, RasterLayer, VectorLayer

__all__ = ["LayerStore", "RasterLayer", "VectorLayer"]
