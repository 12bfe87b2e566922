"""What `taskwall cfn-lint-dir` names: the folder from which cfn-lint takes its rules.

cfn-lint runs every module in it by itself, so that it holds nothing but the one.
"""
