"""A snapshot of the network in, the weekly letter out: as text, HTML and JSON."""
