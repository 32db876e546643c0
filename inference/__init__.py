"""Records in, findings out: acts, people, favors, ties. Pure: no clock, no I/O, no config, no logging."""
