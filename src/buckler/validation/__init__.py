"""Published numbers, run on this installation."""
