"""Reads Terragrunt: each unit as the root module that Terragrunt makes of it. Nothing is run."""
