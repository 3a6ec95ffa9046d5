"""Delivery: one finished release as a map, an API and a list."""
