"""Which changes may be offered, and the edits of source texts that make them."""
