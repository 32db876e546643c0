"""What the outside world looks like: mailboxes and calendars in, records out."""
