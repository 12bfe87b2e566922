"""Routes, network ACLs, and what joins VPCs."""
