"""How layers are made: plans, files, processes, and what came of them."""
