"""Active faults: the public sets, and how they are made one."""
