"""The folder for checkov's option --external-checks-dir; it holds only what checkov must load."""
