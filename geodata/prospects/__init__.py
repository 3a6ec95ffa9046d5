"""Prospect areas: drawn, described and ranked."""
