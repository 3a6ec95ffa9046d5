"""Where layers lie: one data file with its record each, and one manifest."""
