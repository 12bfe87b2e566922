"""Measure every row of what taskwall must reach, side by side with the peers that are there.

    python -m benchmarks [--sources FOLDER] [--checkov PROGRAM] [--cfn-lint PROGRAM]
        [--cloudformation-validate PROGRAM] [--rounds N] [--write docs] [--only itself,editor,peers]

`FOLDER` holds checkouts of public repositories, each in a folder `owner+name` or `name`. A checkov
or cfn-lint that has taskwall beside it is measured with the plugin, too. Programs and sources that
are not there are said in their rows. With `--write` the table, the figures as JSON and a plot are
written into a folder. It takes about ten minutes, most of which are the peers'.
"""

import argparse
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks import editor, itself, reach
from benchmarks.peers import Peers
from benchmarks.rows import Row, written

TYPED_IN = (
    "cds-snc+notification-terraform/aws/eks",
    "ministryofjustice+opg-use-an-lpa/terraform/environment",
    "alphagov+forms-deploy/infra/modules/environment",
    "cloudposse+terraform-aws-ecs-web-app",
    "cn-terraform+terraform-aws-ecs-fargate",
    "telia-oss+terraform-aws-ecs-fargate",
    "oozou+terraform-aws-ecs-fargate-service",
    "umotif-public+terraform-aws-ecs-fargate",
    "infrahouse+terraform-aws-ecs",
    "zadi2712+terraform-aws-enterprise",
)
"""Roots of public repositories in which keys are typed: with modules, counts and workspaces."""


def main() -> int:
    """Measure all, print each row as it is there, and write what was asked for.

    Returns:
        0 if every goal that was measured is met, else 1.
    """
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--taskwall", default=shutil.which("taskwall") or "taskwall")
    for peer in ("checkov", "cfn-lint", "cloudformation-validate"):
        parser.add_argument(f"--{peer}", default=shutil.which(peer) or "")
    parser.add_argument("--sources", type=Path, help="a folder of checkouts")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--slow-rounds", type=int, default=1, help="where a peer takes minutes")
    parser.add_argument("--write", type=Path, metavar="FOLDER", help="for table, JSON and plot")
    parser.add_argument("--only", default="itself,editor,peers", help="groups of rows")
    given = parser.parse_args()
    found = []
    for row in _rows(given):
        print(" | ".join(row.cells()), flush=True)
        found.append(row)
    if given.write:
        written(found, given.write)
    return 1 if any(row.verdict == "MISSED" for row in found) else 0


def _rows(given: argparse.Namespace) -> Iterator[Row]:
    groups = given.only.split(",")
    checkouts = sorted(filter(Path.is_dir, given.sources.iterdir())) if given.sources else []
    if "itself" in groups:
        # The interpreter of the same environment: what both start with is the same.
        python = Path(given.taskwall).with_name("python")
        bare = str(python) if python.exists() else sys.executable
        yield from itself.rows(given.taskwall, bare, given.rounds, checkouts)
    if "peers" in groups:
        programs = {
            "checkov": given.checkov,
            "cfn-lint": given.cfn_lint,
            "cloudformation-validate": given.cloudformation_validate,
        }
        sources = {path.name.rpartition("+")[2]: path for path in checkouts}
        yield from Peers(given.taskwall, programs, sources).rows(given.rounds, given.slow_rounds)
    # The system counts the memory of who starts a program as a peak of it: what is measured in this
    # process, which grows by that, comes last.
    if "editor" in groups:
        yield editor.generated_row()
        roots = [given.sources / root for root in TYPED_IN] if given.sources else []
        for root in roots:
            yield editor.keys_row(root, root.relative_to(given.sources).as_posix())
        if not roots:
            yield Row("a key in roots of public repositories", "itself", editor.GOAL, "ms",
                      note="needs --sources")  # fmt: skip
        yield reach.measured_row()


if __name__ == "__main__":
    sys.exit(main())
