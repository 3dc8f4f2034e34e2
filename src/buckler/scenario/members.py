"""The names of an entry's members, of what they release, and of what they leave behind."""

from __future__ import annotations

MOST_MEMBERS = 2000
"""Threats in one entry of a raid."""


def member_name(name: str, count: int, k: int) -> str:
    """The name of the k-th of an entry's `count` members: the entry's own if it is alone."""
    return name if count == 1 else f"{name}-{k + 1:0{len(str(count))}d}"


def store_name(carrier: str, count: int, k: int) -> str:
    """The name of the k-th of a carrier's `count` stores."""
    return member_name(f"{carrier} store", count, k)


def stage_name(missile: str) -> str:
    """The name of a missile's spent stage."""
    return f"{missile} spent stage"
