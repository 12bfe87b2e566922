# A repository, as terraform-aws-modules/ecr/aws makes it.

resource "aws_ecr_repository" "this" {
  count = var.create && var.create_repository && var.repository_type == "private" ? 1 : 0

  name = var.repository_name
}

resource "aws_ecrpublic_repository" "this" {
  count = var.create && var.create_repository && var.repository_type == "public" ? 1 : 0

  repository_name = var.repository_name
}
