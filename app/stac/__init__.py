"""The releases as a STAC catalogue: a collection each, an item for each grid and table.

Documents are static: those of a release stand at addresses that name it and answer the
same for good; the list of releases alone grows.
"""
