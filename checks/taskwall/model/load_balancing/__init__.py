"""The ways from load balancers to tasks, and what encrypts them."""
