# A role and its instance profile, which no rule asks about: nothing stands in for them.
