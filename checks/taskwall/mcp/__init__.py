"""The server for agents: scans and answers by the Model Context Protocol, and writes nothing."""
