"""What the rules say of a stack, under every scenario."""
