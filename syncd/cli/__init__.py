"""The command line: it parses, calls one verb of the engine, and prints what that gives."""
