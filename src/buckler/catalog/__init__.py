"""Cited public parameters of the systems: schema, loading, and one YAML card a system."""
