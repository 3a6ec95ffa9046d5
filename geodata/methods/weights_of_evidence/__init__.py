"""Weights of evidence: from classes and points to a posterior and its test."""
