"""What is asked: the scenario schema, its loading, and the packaged scenarios."""
