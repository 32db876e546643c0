"""One file a command: what was typed in, what the owner reads and an exit code out. Listed in ``daemon.menu``."""
