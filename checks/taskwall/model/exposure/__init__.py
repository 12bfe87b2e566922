"""Who reaches tasks, beside their load balancers and through them."""
