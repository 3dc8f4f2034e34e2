"""The run folder: the schema of its tables, writing and reading them."""
