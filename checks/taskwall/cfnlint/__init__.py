"""The rules as rules of cfn-lint: `cfn-lint -a taskwall.cfnlint -- template.yaml`.

cfn-lint makes a rule of each class that is a member of this module. Importing it needs cfn-lint.
"""

from taskwall.cfnlint.heap import end_at_once, unheeded

with unheeded(counted=False):
    from taskwall.cfnlint.host import insist

    insist()

    from taskwall.cfnlint.classes import made

    globals().update(made())

end_at_once()
