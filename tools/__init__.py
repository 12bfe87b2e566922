"""Programs that developers run; none of them is installed."""
