"""Replications over threads and machines, resumable."""
