"""Addresses: each route takes typed input, calls, and returns."""
