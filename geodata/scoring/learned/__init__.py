"""The second opinion: an additive model learned from the world's occurrences."""
