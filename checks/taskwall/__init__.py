"""taskwall: network-security policy as code for Amazon ECS."""

__version__ = "0.2.0"
