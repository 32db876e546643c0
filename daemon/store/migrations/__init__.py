"""The steps by which a store of any age gets the newest tables."""
