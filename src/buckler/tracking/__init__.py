"""Filters, association, fusion, identification and metrics."""
