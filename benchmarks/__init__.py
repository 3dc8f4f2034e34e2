"""Benchmarks of the shipped engine, and the plain model that is its oracle."""
