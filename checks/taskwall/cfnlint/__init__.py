"""The rules as rules of cfn-lint: `cfn-lint -a taskwall.cfnlint -- template.yaml`.

cfn-lint makes a rule of each class that is a member of this module. Importing it needs cfn-lint.
"""

from taskwall.cfnlint.host import insist
from taskwall.core.garbage import uncollected

insist()

with uncollected():
    from taskwall.cfnlint.classes import made  # it needs a cfn-lint that is known

    globals().update(made())
