"""What `import taskwall` offers: read-only views of a network, three-valued answers, own rules.

Names that are meant to be used stand in `taskwall.__all__`; everything else may change.
"""
