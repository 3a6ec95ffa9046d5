"""Readers, one module per file format: bytes or a verified file → table or grid."""
