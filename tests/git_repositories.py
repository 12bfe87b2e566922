"""Git repositories for the tests of fleets."""

from pathlib import Path

from dulwich import porcelain
from dulwich.bundle import create_bundle_from_repo, write_bundle
from dulwich.repo import Repo

STACK = """
resource "aws_security_group" "api" {
  name = "api"
  ingress {
    protocol    = "tcp"
    from_port   = 22
    to_port     = 22
    cidr_blocks = ["0.0.0.0/0"]
  }
}

resource "aws_ecs_service" "api" {
  name            = "api"
  launch_type     = "FARGATE"
  task_definition = "api"
  network_configuration {
    subnets          = ["subnet-1"]
    security_groups  = [aws_security_group.api.id]
    assign_public_ip = true
  }
}
"""


def committed(folder: Path, **files: str) -> str:
    """Commit texts to a repository, which is made if it is not there; the commit's id."""
    if not folder.exists():
        folder.mkdir()
        porcelain.init(folder).close()
    for name, text in files.items():
        path = folder / name.replace("__", "/").replace("_", ".", 1)
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        porcelain.add(folder, [path])
    author = b"someone <someone@example.com>"
    return porcelain.commit(folder, message=b"change", author=author, committer=author).decode()


def bundled(repository: Path, to: Path) -> Path:
    """A bundle of a repository."""
    with (
        Repo(str(repository)) as opened,
        to.open("wb") as stream,
        create_bundle_from_repo(opened) as bundle,
    ):
        write_bundle(stream, bundle)
    return to
