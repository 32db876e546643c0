"""``kith`` with the sources of the tests beside its own."""

from __future__ import annotations

from pathlib import Path

import connectors.sources

connectors.sources.__path__.append(str(Path(__file__).parent / "more_sources"))

if __name__ == "__main__":
    from daemon.cli import main

    main()
