"""A project that is asked about again and again."""
