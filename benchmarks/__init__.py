"""How fast taskwall is beside checkov and cfn-lint on the same sources, in one run.

Never a timed test: machines differ and drift, so that only ratios of interleaved runs count.
"""
