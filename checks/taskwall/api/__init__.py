"""The one door for every surface: a scan, and its options."""
