"""What a release consists of: the names of its files and folders."""

NAMES = "names"  # folder of the lines that distances refer to
COVERAGE = "coverage"  # table of the areas that layers leave out
