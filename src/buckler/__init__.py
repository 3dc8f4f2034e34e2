"""buckler: an open laboratory for integrated air and missile defence."""

__version__ = "0.1.0"
