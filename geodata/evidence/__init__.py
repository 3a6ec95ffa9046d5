"""Evidence: one geological argument each, as a function of place, 0 to 1."""
