"""The rasters of a release over HTTP: what there is, tiles of it, numbers from it."""
