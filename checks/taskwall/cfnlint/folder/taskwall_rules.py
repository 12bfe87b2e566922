"""The rules of taskwall, for `cfn-lint --append-rules` with a folder."""

from taskwall.cfnlint import *  # noqa: F403
