"""Command line in, exit code out."""


def main() -> None:
    """The ``kith`` command."""
