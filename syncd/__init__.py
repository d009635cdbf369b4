"""syncd keeps its user in touch with people, inside the calendar that they already have."""

__version__ = "0.1.0"
