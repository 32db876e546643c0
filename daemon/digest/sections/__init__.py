"""The parts of the letter, one file each, each with its ``SECTION``."""
