"""One file a kind of source, each defining ``CONNECTOR: ConnectorSpec``."""
