"""A mail address in; the servers of its mail, sending and calendar out, and whether a login there works."""
