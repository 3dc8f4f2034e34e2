"""Compile a scenario into the arrays that kernels read; all shape and unit checks, once, at the door."""
