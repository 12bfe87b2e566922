"""Findings put in order, with excerpts, without what is suppressed."""
