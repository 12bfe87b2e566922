"""The language server, `taskwall lsp`: what a scan finds, shown while the sources are written.

Only `taskwall lsp` imports it: it needs pygls, which the extra `lsp` brings.
"""
