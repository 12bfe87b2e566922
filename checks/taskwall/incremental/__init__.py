"""Queries that are answered anew only where their inputs changed."""
