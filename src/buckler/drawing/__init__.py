"""Base map, palette and figure style."""
