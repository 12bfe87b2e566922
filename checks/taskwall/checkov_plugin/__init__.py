"""taskwall within checkov: the rules as its checks, judged by our own readers.

checkov says which files and inputs are in scope and shows what is found on its own entities; the
analysis is the same as everywhere else, since checkov's graph loses values on the way.
"""
