"""What every entity of the network has, and the network itself."""
