"""One module a family of cues, each with one constant ``CUES``."""
