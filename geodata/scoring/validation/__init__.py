"""Held-out figures: folds that keep neighbours together, and what to measure."""
