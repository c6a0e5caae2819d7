"""Bringing in messages of other systems through the real intake."""
