"""No source breaks a scan: whatever is written, it is judged or is an error with a place."""

import os
import tempfile
from pathlib import Path
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from budgets import examples
from fuzz.grammars import GRAMMARS, TEMPLATES
from taskwall.api.flows import list_flows
from taskwall.api.scan import Options, scan
from taskwall.findings.baseline import BaselineError
from taskwall.settings import SettingsError

MOST_SECONDS = 5.0
"""Of CPU, for one folder of a few files."""


@pytest.mark.parametrize("kind", GRAMMARS)
@examples(12)
@given(st.data())
def test_no_source_breaks_a_scan(kind: str, data: st.DataObject) -> None:
    """Nothing is raised or crashes, errors have a file and a line in it, and it ends soon."""
    holds(data.draw(GRAMMARS[kind]))


FOUND = {
    "the end of a template": TEMPLATES[0][:200].rstrip() + "\n\n  G",
    "a map for a security group": TEMPLATES[0]
    .replace("NatGatewayId: !Ref Nat", "NatGatewayId: !Ref Gone")
    .replace("SecurityGroups:\n            - !Ref ApiGroup", "SecurityGroups:\n            - {}"),
    "iptables without a word": """Resources:
  Host:
    Type: AWS::EC2::Instance
    Properties:
      UserData:
        Fn::Base64: |
          #!/bin/bash
          echo ECS_CLUSTER=main >> /etc/ecs/ecs.config
          if [ -f /x ]; then iptables
          -I DOCKER-USER -d 169.254.169.254 -j DROP; fi
""",
}
"""What broke a scan once, by what it is."""


@pytest.mark.parametrize("case", FOUND)
def test_what_was_found_is_mended(case: str) -> None:
    """It breaks no scan any more."""
    holds({"template.yaml": FOUND[case]})


def holds(files: dict[str, str]) -> None:
    """Scan files, and hold that they break nothing."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, ".git").mkdir()  # what lies beside the folder is none of the files
        for name, text in files.items():
            path = Path(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode("utf-8", "surrogatepass"))
        _hold(folder, files)


def _hold(folder: str, files: dict[str, str]) -> None:
    states = tuple(os.path.join(folder, name) for name in files if name.endswith(".tfstate"))
    options = Options((folder,), cwd=folder, scenarios="all", context=states, today="2026-01-01")
    began = process_time()
    try:
        report = scan(options)
        list_flows(options, None, None)
    except (SettingsError, BaselineError) as refused:
        assert "taskwall.toml" in str(refused)
        return
    took = process_time() - began

    document = report.document
    assert document.crashes == ()
    for error in document.errors:
        lines = files[error.file].count("\n") if error.file in files else 0
        assert error.file
        assert 1 <= error.line <= lines + 1
        assert error.message
    assert took < MOST_SECONDS
