"""What a finding and a report are, and what of a source they may show."""
