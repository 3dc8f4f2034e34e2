"""What can be wrong with a scenario beyond its schema: its names held against each other and against the catalog.

Each file looks at the document as it stands, so that a mistake elsewhere does not hide its own, and yields each mistake with its place.
"""
