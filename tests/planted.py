"""A repository in which a hundred secrets stand, each a word of its own, and what it is about."""

from collections.abc import Iterator

PLACES = {  # Terraform: where the value stands, with @ for the word
    # arguments that the provider calls sensitive, or that are so by their names
    "aws_db_instance": 'password = "@"',
    "aws_rds_cluster": 'master_password = "@"',
    "aws_docdb_cluster": 'master_password = "x@x"',
    "aws_redshift_cluster": 'master_password = "@"',
    "aws_redshiftserverless_namespace": 'admin_user_password = "@"',
    "aws_elasticache_replication_group": 'auth_token = "@"',
    "aws_elasticache_user": 'passwords = ["@", "other"]',
    "aws_memorydb_user": 'authentication_mode {\n passwords = ["@"]\n}',
    "aws_mq_broker": 'user {\n username = "u"\n password = "@"\n}',
    "aws_opensearch_domain": "advanced_security_options {\n master_user_options {\n"
    ' master_user_password = "@"\n}\n}',
    "aws_dms_endpoint": 'password = "@"',
    "aws_directory_service_directory": 'password = "@"',
    "aws_fsx_windows_file_system": 'self_managed_active_directory {\n password = "@"\n}',
    "aws_secretsmanager_secret_version": 'secret_string = "@"',
    "aws_secretsmanager_secret_version.binary": 'secret_binary = "@"',
    "aws_secretsmanager_secret_version.made": 'secret_string = jsonencode({ password = "@" })',
    "aws_ssm_parameter": 'type  = "SecureString"\nvalue = "@"',
    "aws_ssm_parameter.write_only": 'type     = "SecureString"\nvalue_wo = "@"',
    "aws_acm_certificate": 'private_key = "@"',
    "aws_iam_server_certificate": "private_key = <<-EOT\n @\nEOT",
    "aws_vpn_connection": 'tunnel1_preshared_key = "@"',
    "aws_dx_bgp_peer": 'bgp_auth_key = "@"',
    "aws_lb_listener": 'default_action {\n type = "authenticate-oidc"\n authenticate_oidc {\n'
    ' client_secret = "@"\n}\n}',
    "aws_cognito_identity_provider": 'provider_details = { client_secret = "@" }',
    "aws_appsync_api_key": 'api_key = "@"',
    "aws_api_gateway_api_key": 'value = "@"',
    "aws_cloudwatch_event_connection": 'auth_parameters {\n api_key {\n key = "k"\n'
    ' value = "@"\n}\n}',
    "aws_cloudwatch_event_connection.basic": 'auth_parameters {\n basic {\n username = "u"\n'
    ' password = "@"\n}\n}',
    "aws_kinesis_firehose_delivery_stream": 'http_endpoint_configuration {\n access_key = "@"\n}',
    "aws_codepipeline_webhook": 'authentication_configuration {\n secret_token = "@"\n}',
    "aws_codebuild_source_credential": 'token = "@"',
    "aws_amplify_app": 'oauth_token = "@"',
    "aws_lightsail_database": 'master_password = "@"',
    "aws_transfer_user": 'password = "@"',
    "aws_connect_user": 'password = "@"',
    "aws_workspaces_directory": 'service_account_password = "@"',
    "aws_storagegateway_gateway": 'smb_guest_password = "@"',
    "aws_glue_connection": 'connection_properties = {\n PASSWORD = "@"\n}',
    "aws_glue_connection.url": "connection_properties = {\n"
    ' JDBC_CONNECTION_URL = "jdbc:postgresql://u:@@host/db"\n}',
    "aws_quicksight_data_source": 'credentials {\n credential_pair {\n username = "u"\n'
    ' password = "@"\n}\n}',
    "aws_pinpoint_apns_channel": 'private_key = "@"',
    "aws_sns_platform_application": 'platform_credential = "@"',
    "random_password": 'keepers = { password = "@" }',
    "tls_self_signed_cert": 'private_key_pem = "@"',
    # environments, and what is like them
    "aws_lambda_function": 'environment {\n variables = {\n A = "@"\n}\n}',
    "aws_codebuild_project": "environment {\n environment_variable {\n"
    ' name = "A"\n value = "@"\n}\n}',
    "aws_apprunner_service": "source_configuration {\n image_repository {\n image_configuration {\n"
    ' runtime_environment_variables = { A = "@" }\n}\n}\n}',
    "aws_batch_job_definition": "container_properties = jsonencode({\n"
    ' environment = [{ name = "A", value = "@" }]\n})',
    "aws_elastic_beanstalk_environment": 'setting {\n name = "DB_PASSWORD"\n value = "@"\n}',
    "aws_sagemaker_model": 'primary_container {\n environment = { A = "@" }\n}',
    "aws_mwaa_environment": 'airflow_configuration_options = {\n "core.sql_alchemy_conn" = "postgres://u:@@h/d"\n}',
    # user data
    "aws_launch_template": 'user_data = base64encode("#!/bin/sh\\necho @ > /etc/x")',
    "aws_instance": "user_data = <<-EOT\n #!/bin/sh\n echo @ | docker login\nEOT",
    "aws_launch_configuration": 'user_data_base64 = "@"',
    "cloudinit_config": 'part {\n content = "password: @"\n}',
    # how machines are reached
    "null_resource": 'connection {\n password = "@"\n}',
    "null_resource.key": 'connection {\n private_key = "@"\n}',
    "null_resource.command": 'provisioner "local-exec" {\n command = "login --password @"\n}',
    "null_resource.environment": 'provisioner "local-exec" {\n environment = { A = "@" }\n}',
    "http_thing": 'request_headers = {\n Authorization = "Bearer @"\n}',
    "kubernetes_secret": 'data = {\n token = "@"\n}',
}

CONTAINER = {
    "environment": '[{ name = "A", value = "@" }]',
    "secrets": '[{ name = "K", valueFrom = "arn:aws:ssm:eu-west-1:111122223333:@" }]',
    "repositoryCredentials": '{ credentialsParameter = "@" }',
    "command": '["run", "--password", "@"]',
    "entryPoint": '["run", "--db-password=@"]',
    "healthCheck": '{ command = ["CMD-SHELL", "curl -u u:x http://u:@@h/"] }',
    "logConfiguration": '{ logDriver = "splunk", options = { "splunk-token" = "@" } }',
    "logConfigurationSecrets": '{ secretOptions = [{ name = "t", valueFrom = "@" }] }',
    "dockerLabels": '{ API_KEY = "@" }',
}

FILES = {  # whole files, by their names
    "provider.tf": 'provider "x" {\n token = "@"\n}\n',
    "keys.tf": 'provider "aws" {\n access_key = "AKIA"\n secret_key = "@"\n}\n',
    "backend.tf": 'terraform {\n backend "s3" {\n secret_key = "@"\n}\n}\n',
    "remote.tf": 'data "terraform_remote_state" "r" {\n config = { token = "@" }\n}\n',
    "variable.tf": 'variable "db_password" {\n default = "@"\n}\n',
    "marked.tf": 'variable "marked" {\n sensitive = true\n default = "@"\n}\n',
    "objects.tf": 'variable "store" {\n default = {\n user = "u"\n password = "@"\n}\n}\n',
    "output.tf": 'output "o" {\n sensitive = true\n value = "@"\n}\n',
    "token.tf": 'output "api_token" {\n value = "@"\n}\n',
    "locals.tf": 'locals {\n db_password = "@"\n}\n',
    "nested.tf": 'locals {\n stores = { a = { secret = "@" } }\n}\n',
    "address.tf": 'locals {\n url = "postgres://user:@@host/db"\n}\n',
    "flag.tf": 'locals {\n run = "mysql --password=@ -h host"\n}\n',
    "argument.tf": 'module "m" {\n source = "./m"\n admin_password = "@"\n}\n',
    "call.tf": 'locals {\n hidden = sensitive("@")\n}\n',
    "terraform.tfvars": 'cache_token = "@"\n',
    "x.auto.tfvars": 'marked_too = "@"\n',
    "y.auto.tfvars.json": '{"private_key": "@"}\n',
    "declared.tf": 'variable "cache_token" {}\nvariable "private_key" {}\n'
    'variable "marked_too" {\n sensitive = true\n}\n',
    "unit/terragrunt.hcl": 'inputs = {\n db_password = "@"\n}\n',
    "unit/terragrunt.hcl.locals": 'locals {\n api_token = "@"\n}\n',
    "unit/terragrunt.hcl.environment": 'terraform {\n extra_arguments "e" {\n commands = ["plan"]\n'
    ' env_vars = { A = "@" }\n}\n}\n',
    "unit/main.tf": 'resource "aws_db_instance" "a" {\n password = "@"\n}\n',
    "policy.tf": 'locals {\n content = jsonencode({ env = "TOKEN=@" })\n}\n',
    "dynamic.tf": 'resource "aws_mq_broker" "d" {\n dynamic "user" {\n for_each = [1]\n'
    ' content {\n password = "@"\n}\n}\n}\n',
    "conditional.tf": 'resource "aws_db_instance" "c" {\n password = true ? "@" : null\n}\n',
    "heredoc.tf": "locals {\n env_file = <<-EOT\n DB_PASSWORD=@\n EOT\n}\n",
    "rendered.tf": 'locals {\n b = "${upper("x")}-token: @"\n}\n',
    "text.tf.json": '{"locals": {"password": "@"}}\n',
}

PROPERTIES = {  # CloudFormation: type, and a property
    "AWS::RDS::DBInstance": "{MasterUserPassword: @}",
    "AWS::RDS::DBCluster": "{MasterUserPassword: !Sub '@'}",
    "AWS::ElastiCache::ReplicationGroup": "{AuthToken: @}",
    "AWS::ElastiCache::User": "{Passwords: [@]}",
    "AWS::SecretsManager::Secret": "{SecretString: @}",
    "AWS::AmazonMQ::Broker": "{Users: [{Username: u, Password: @}]}",
    "AWS::OpenSearchService::Domain": "{MasterUser: {MasterUserPassword: @}}",
    "AWS::DMS::Endpoint": "{Password: @}",
    "AWS::Lambda::Function": "{Environment: {Variables: {A: @}}}",
    "AWS::CodeBuild::Project": "{Environment: {EnvironmentVariables: [{Name: A, Value: @}]}}",
    "AWS::EC2::Instance": "{UserData: !Base64 'echo @'}",
    "AWS::EC2::LaunchTemplate": "{LaunchTemplateData: {UserData: {Fn::Base64: !Sub 'echo @'}}}",
    "AWS::AutoScaling::LaunchConfiguration": "{UserData: @}",
    "AWS::IAM::User": "{LoginProfile: {Password: @}}",
    "AWS::Events::Connection": "{AuthParameters: {ApiKey: {ApiKeyName: k, ApiKeyValue: @}}}",
    "AWS::EC2::VPNConnection": "{VpnTunnelOptionsSpecifications: [{PreSharedKey: @}]}",
    "AWS::ElasticLoadBalancingV2::Listener": "{DefaultActions: [{Oidc: {ClientSecret: @}}]}",
    "AWS::ApiGateway::ApiKey": "{Value: @}",
    "AWS::Glue::Connection": "{ConnectionInput: {ConnectionProperties: {PASSWORD: @}}}",
    "AWS::SSM::Parameter": "{Type: String, Value: 'postgres://u:@@h/d'}",
    "AWS::SSM::Document": "{Content: {env: 'TOKEN=@'}}",
    "AWS::EC2::NetworkInterface": "{Tags: [{Key: api-token, Value: @}]}",
    "AWS::CodePipeline::Webhook": "{AuthenticationConfiguration: {SecretToken: @}}",
    "AWS::KinesisFirehose::DeliveryStream": "{Http: {EndpointConfiguration: {AccessKey: @}}}",
    "AWS::AutoScaling::AutoScalingGroup": "{Command: [run, --password, @]}",
    "AWS::CloudFormation::Stack": "{Parameters: {DbPassword: @}}",
    "AWS::Serverless::Function": "{Environment: {Variables: {K: !Join ['', [@, x]]}}}",
    "AWS::Batch::JobDefinition": "{ContainerProperties: {Environment: [{Name: A, Value: @}]}}",
}

PARAMETERS = {
    "Hidden": "{Type: String, NoEcho: true, Default: @}",
    "DbPassword": "{Type: String, Default: @}",
    "ApiToken": "{Type: String, Default: @}",
}


def words() -> Iterator[str]:
    """Words that are nowhere else, one after the other."""
    number = 0
    while True:
        number += 1
        yield f"zq{number:03d}canary"


def planted() -> tuple[dict[str, str], dict[str, str]]:
    """The texts of the repository by path, and what each word is planted in."""
    texts: dict[str, list[str]] = {}
    kinds: dict[str, str] = {}
    following = words()

    def plant(file: str, kind: str, text: str, lead: str = "", tail: str = "") -> None:
        word = next(following)
        kinds[word] = kind
        sown = text.replace("@@", f"{word}@") if "@@" in text else text.replace("@", word)
        texts.setdefault(file, []).append(f"{lead}{sown}{tail}")

    for kind, text in PLACES.items():
        type_, _, name = kind.partition(".")
        plant("main.tf", kind, text, f'resource "{type_}" "{name or "a"}" {{\n', "\n}\n")
    for name, text in CONTAINER.items():
        key = "logConfiguration" if name == "logConfigurationSecrets" else name
        plant(
            "tasks.tf", f"container: {name}", f"{key} = {text}",
            f'resource "aws_ecs_task_definition" "{name}" {{\n  family = "f"\n'
            '  container_definitions = jsonencode([{\n  name = "c"\n  ', "\n  }])\n}\n",
        )  # fmt: skip
    for name, text in FILES.items():
        plant(name.partition(".hcl.")[0] + ".hcl" * (".hcl." in name), name, text)
    texts["main.tf"].append('resource "aws_lb" "a" {\n  security_groups = ["sg-seen"]\n}\n')
    texts["m/main.tf"] = ['variable "admin_password" {}\n']
    texts["template.yaml"] = ["Parameters:\n"]
    for name, text in PARAMETERS.items():
        plant("template.yaml", f"parameter {name}", text, f"  {name}: ", "\n")
    mapping = "{prod: {DbPassword: @}}\n"
    plant("template.yaml", "mapping", mapping, "Mappings:\n  M: ")
    plant("template.yaml", "output", "{Value: 'postgres://u:@@h/d'}\n", "Outputs:\n  O: ")
    texts["template.yaml"].append("Resources:\n")
    for number, (type_, text) in enumerate(PROPERTIES.items()):
        lead = f"  R{number}:\n    Type: {type_}\n    Properties: "
        plant("template.yaml", type_, text, lead, "\n")
    init = "{files: {/etc/x: {content: @}}, commands: {a: {command: 'login @'}}}"
    plant(
        "template.yaml", "cfn-init", init, "  Init:\n    Type: AWS::EC2::Instance\n    Metadata:\n"
        "      AWS::CloudFormation::Init:\n        config: ", "\n",
    )  # fmt: skip
    return {file: "".join(parts) for file, parts in texts.items()}, kinds
