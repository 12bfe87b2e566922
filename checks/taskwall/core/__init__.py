"""Values, facts and changes: the words in which everything else is said."""
