"""The sources of a scan: which files there are, what belongs together, and the stacks they make.

`read` does it in order. `listing` finds files, `recognising` says what they are, `nearby` and
`embedded` what a file given by itself takes part in, `values_files` which root a file of values is
for; `stacks` hands files to the reader of their language, once for each of the `deployments`.
`context` and `parameter_store` tie them to what they refer to. What one
source is made of is in `taskwall.source`.
"""
