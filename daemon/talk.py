"""The owner at a terminal: lines to show and questions to ask in, answers out."""

from __future__ import annotations

import os
import sys

from connectors.errors import NeedsOwner


class Terminal:
    """A ``connectors.login.Talk`` with whoever sits at this terminal, or pipes answers in."""

    def say(self, line: str) -> None:
        """Show one line."""
        print(line, flush=True)

    def ask(self, question: str) -> str:
        """What the owner answers, without line end.

        Raises:
            NeedsOwner: nobody is there to answer.
        """
        print(f"{question} ", end="", flush=True)
        try:
            return input().strip()
        except (EOFError, OSError):
            raise NeedsOwner("nobody answers here: run kith login in a terminal") from None

    def browse(self, url: str) -> bool:
        """Open ``url`` in a browser of this machine; False where there is none."""
        import webbrowser

        # Without a screen only a browser in the terminal could be found, which would take the terminal away.
        if (
            not any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER"))
            and sys.platform != "darwin"
        ):
            return False
        try:
            return webbrowser.open(url)
        except (webbrowser.Error, OSError):
            return False
