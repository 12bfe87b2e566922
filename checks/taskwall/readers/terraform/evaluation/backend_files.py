"""The files that complete a backend, for `terraform init -backend-config=FILE`.

The command names them, and not a source. They are known by their names: Terraform proposes
`*.tfbackend`, and most others have "backend" in them.
https://developer.hashicorp.com/terraform/language/backend#file
"""

import os
import re
from collections.abc import Iterator

from taskwall.core.patterns import pattern
from taskwall.readers.terraform.evaluation.body import FieldsReader
from taskwall.readers.terraform.evaluation.module import ModuleScope
from taskwall.source.files import UnreadableError

_NAME = pattern(
    r".*\.tfbackend|(?=.*backend).*\.(?:conf|config|cfg|hcl|tfvars)|.*\.backend", re.IGNORECASE
)
_MOST_FILES = 50
"""Read for one root: one for each environment, and some to spare."""


def backend_files(scope: ModuleScope) -> Iterator[FieldsReader]:
    """What each file beside a root says of its backend, or below it where no module is.

    A root that is deployed several times has one for each time.
    """
    folder, loader = scope.run.root.folder, scope.run.loader
    below = (e.path for e in loader.entries(folder) if e.is_dir() and not e.is_symlink())
    folders = [folder, *(each for each in below if not loader.paths(each))]
    found = (
        os.path.join(each, name)
        for each in folders
        for name in loader.names(each)
        if _NAME.fullmatch(name)
    )
    for _, path in zip(range(_MOST_FILES), found, strict=False):
        if loader.has(path):
            try:
                body = loader.file(path).parsed.body
            except UnreadableError:
                continue  # Terraform itself reads it only if it is told to.
            yield FieldsReader(body, scope, {}, os.path.basename(path))
