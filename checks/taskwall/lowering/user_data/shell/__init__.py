"""Shell scripts of user data: which settings of the agent they write, without running them."""
