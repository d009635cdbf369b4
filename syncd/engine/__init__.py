"""The engine: the one shell round the core, and the verbs that the command line and the daemon
share."""
