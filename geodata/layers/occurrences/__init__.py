"""Mineral occurrences: the known rare-earth sites, and every public table as one."""
