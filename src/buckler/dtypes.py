"""Every array record: one comment a field, with unit and frame."""
