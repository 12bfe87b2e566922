"""Who can open a connection to what: flows, each with the chain that leads there."""
