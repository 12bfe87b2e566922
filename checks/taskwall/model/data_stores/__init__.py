"""Data stores: who reaches them, and whether connections are encrypted."""
