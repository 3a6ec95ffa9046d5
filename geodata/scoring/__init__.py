"""Favourability: evidence combined by a deposit type, its account and its spread."""
