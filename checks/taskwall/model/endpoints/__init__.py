"""VPC endpoints: which tasks need them, and what they allow."""
