"""What the server imports from which the processes of scans are forked.

It imports all rules, and judges a small stack in each language, so that all that scans import when
they need it is there.
"""

import gc
import os

from taskwall.api.options import Options
from taskwall.api.scan import scan
from taskwall.fleet import scanning
from taskwall.lowering import import_all
from taskwall.rules import found_rules
from taskwall.source.files import Files

_TEXTS = {
    "main.tf": 'resource "aws_vpc" "main" {\n  cidr_block = "10.0.0.0/16"\n}\n',
    "template.yaml": "Resources: {Main: {Type: AWS::EC2::VPC, Properties: {}}}",
}


def _warm_up() -> None:
    import_all()
    found_rules()
    from dulwich import config, objectspec, repo  # noqa: F401 (imported, and that is all)

    folder = scanning.NO_FOLDER
    texts = {os.path.join(folder, name): text for name, text in _TEXTS.items()}
    scan(Options(paths=tuple(texts), cwd=folder), Files(texts))
    gc.freeze()


_warm_up()
