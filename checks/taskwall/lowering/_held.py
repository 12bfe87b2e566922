"""Secrets and parameters: which resources give them what they hold."""

from collections.abc import Mapping

ATTACHMENT = "AWS::SecretsManager::SecretTargetAttachment"

HELD: Mapping[str, tuple[str, ...]] = {
    "aws_secretsmanager_secret_version": ("secret_string", "secret_string_wo"),
    "aws_ssm_parameter": ("value", "value_wo", "insecure_value"),
    "AWS::SecretsManager::Secret": ("SecretString", "GenerateSecretString"),
    "AWS::SSM::Parameter": ("Value",),
    ATTACHMENT: ("TargetId",),
}
"""What types of resources give secrets and parameters; an attachment gives a store's address."""

GIVEN_BY: Mapping[str, tuple[str, str]] = {
    "aws_secretsmanager_secret": ("secret_id", "aws_secretsmanager_secret_version"),
    "AWS::SecretsManager::Secret": ("SecretId", ATTACHMENT),
}
"""Which attribute of which type names a secret that it gives something to."""
