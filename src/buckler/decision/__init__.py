"""Threat evaluation, weapon assignment, doctrine."""
