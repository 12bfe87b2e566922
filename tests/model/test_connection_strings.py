"""What variables of containers say of connections in plain text."""

from base64 import b64encode

import pytest

from lowering.networks import network as read
from taskwall.lowering import lower
from taskwall.model.data_stores.connection_strings import connection
from taskwall.model.entities.environment import Variable
from taskwall.readers import terraform
from taskwall.source.files import Files
from taskwall.source.stack import Inputs

SOURCE = """
variable "given" {}
variable "db_name" {}
resource "aws_ecs_task_definition" "web" {
  family = "web"
  container_definitions = jsonencode([{
    name        = "web"
    environment = [{ name = "NAME", value = VALUE }]
  }])
}
resource "aws_elasticache_replication_group" "tls" {
  replication_group_id       = "tls"
  transit_encryption_enabled = true
}
resource "aws_elasticache_replication_group" "plain" {
  replication_group_id       = "plain"
  transit_encryption_enabled = false
}
resource "aws_db_instance" "main" { engine = "postgres" }
resource "aws_lb" "other" {}
resource "aws_lb_listener" "other" {
  load_balancer_arn = aws_lb.other.arn
  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.other.arn
  }
}
resource "aws_lb_target_group" "other" {}
resource "aws_ecs_service" "other" {
  load_balancer { target_group_arn = aws_lb_target_group.other.arn }
}
resource "aws_lb" "unused" {}
resource "aws_route53_zone" "main" { name = "${lower(var.given)}.example.com" }
resource "aws_route53_zone" "either" { name = var.given == "live" ? "example.com" : "example.org" }
resource "aws_route53_record" "main" {
  zone_id = aws_route53_zone.main.zone_id
  name    = "api.${aws_route53_zone.main.name}"
  type    = "CNAME"
  records = [aws_lb.other.dns_name]
}
resource "aws_route53_record" "either" {
  zone_id = aws_route53_zone.either.zone_id
  name    = "api.${aws_route53_zone.either.name}"
  type    = "CNAME"
  records = [aws_lb.other.dns_name]
}
"""
NONE = None, None
PLAIN, FINE, OPEN = (True, True), (False, True), (None, True)
TLS = "aws_elasticache_replication_group.tls.primary_endpoint_address"
DB = "aws_db_instance.main.address"
# "sslmode=disable&x=1!!" in base64.
CODED = "c3NsbW9kZT1kaXNhYmxlJng9MSEh"


def coded(text: str) -> str:
    """A text in base64, as a source writes it."""
    return f'"{b64encode(text.encode()).decode()}"'


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("DATABASE_URL", '"postgres://db.example.com/shop?sslmode=disable"', PLAIN),
        ("DATABASE_URL", '"postgres://db.example.com/shop?sslmode=require"', FINE),
        ("DATABASE_URL", '"postgres://db.example.com/shop"', FINE),
        ("DATABASE_URL", '"jdbc:mysql://db.example.com/shop?useSSL=false"', PLAIN),
        ("MONGODB_URI", '"mongodb+srv://u:p@db.example.com/shop?w=1&ssl=false"', PLAIN),
        ("MONGODB_URI", '"mongodb://db.example.com/shop?ssl=true"', FINE),
        ("DATABASE_URL", '"jdbc:postgresql://db.example.com/shop?ssl=false"', FINE),
        ("DATABASE_URL", '"postgres://${var.given}/shop"', FINE),
        ("DATABASE_URL", '"postgres://${var.given}"', OPEN),
        ("DATABASE_URL", '"postgres://${var.given}/shop?sslmode=require"', FINE),
        ("DATABASE_URL", '"postgres://u:${var.given}@db.example.com/shop?x=1"', FINE),
        ("DATABASE_URL", '"postgres://db.example.com/shop?${var.given}"', OPEN),
        ("DATABASE_URL", '"postgres://db.example.com/${var.given}"', OPEN),
        ("DATABASE_URL", '"postgres://db.example.com/${var.db_name}"', FINE),
        ("DATABASE_URL", '"postgres://db.example.com/${var.db_name}?${var.given}"', OPEN),
        ("DATABASE_URL", '"postgres://${aws_db_instance.main.address}/shop"', FINE),
        ("DATABASE_URL", "var.given", OPEN),
        ("DATABASE_URI", "var.given", OPEN),
        ("SHOP_DSN", "var.given", OPEN),
        ("SENTRY_DSN", "var.given", NONE),
        ("SENTRY_DSN", '"https://key@${var.given}/1"', FINE),
        ("SENTRY_DSN", '"http://key@${aws_lb.other.dns_name}/1"', PLAIN),
        ("NAME", "var.given", NONE),
        ("NAME", '"shop"', NONE),
        ("NAME", '"mssql+pyodbc://db.example.com/shop"', FINE),
        ("FILES_URL", '"s3://bucket/key"', NONE),
        ("FILES_URL", '"s3://bucket/key?tls=false"', PLAIN),
        ("FILES_URL", '"s3://bucket/key?tls=true"', FINE),
        ("OPTIONS", '"sslmode=disable"', PLAIN),
        ("OPTIONS", '"sslmode=require"', FINE),
        ("OPTIONS", '"sslmode=require ${var.given}"', OPEN),
        ("OPTIONS", '"${var.given} sslmode=require"', FINE),
        ("ConnectionString", '"Server=db;Password=${var.given};SslMode=Required;"', FINE),
        ("OPTIONS", '"notls=false"', NONE),
        ("OPTIONS", f'"{CODED}"', PLAIN),
        ("OPTIONS", f'"{CODED[:-1]}"', NONE),
        # What is no ASCII is not in base64.
        ("DATABASE_URL", '"postgres://dbb/gr\u00f6\u00dfe?sslmode=disable"', PLAIN),
        ("DATABASE_URL", '"gr\u00f6\u00dfe gr\u00f6\u00dfe gr\u00f6\u00dfe xx"', NONE),
        # `echo ... | base64` codes the end of the line as well.
        ("DATABASE", coded("postgres://db.example.com/shop?sslmode=disable\n"), PLAIN),
        ("SETTINGS", coded("HOST=db.example.com\nSSLMODE=disable\n"), PLAIN),
        ("DATABASE", coded("postgres://db.example.com/sch\u00f6n?sslmode=disable"), NONE),
        ("PGSSLMODE", '"disable"', PLAIN),
        ("PGSSLMODE", '"DISABLE"', PLAIN),
        ("PGSSLMODE", '"require"', NONE),
        ("DB_SSLMODE", '"disable"', PLAIN),
        ("spring.database.ssl-mode", '" DISABLED "', PLAIN),
        ("DB_SSL_MODE", '"prefer"', NONE),
        ("MYSSLMODE", '"disable"', NONE),
        ("Database__SslMode", '"disable"', PLAIN),
        ("SPRING_DATASOURCE_SSLMODE", '"disable"', PLAIN),
        ("SMTP_SSL_MODE", '"disable"', NONE),
        ("APACHE_SSL_MODE", '"disabled"', NONE),
        ("SSL_MODE", '"disabled"', NONE),
        ("sslmode", '"disable"', PLAIN),
        ("DATABASE_URL", '"postgres://u:p@localhost:5432/shop?sslmode=disable"', NONE),
        ("DATABASE_URL", '"postgres:///shop?sslmode=disable"', NONE),
        ("DATABASE_URL", '"postgres://localhost,db.example.com/shop?sslmode=disable"', PLAIN),
        ("DATABASE_DSN", '"host=127.0.0.1 port=5432 sslmode=disable"', NONE),
        ("DATABASE_DSN", '"host=/var/run/postgres sslmode=disable"', NONE),
        ("DATABASE_DSN", '"host=db.example.com sslmode=disable"', PLAIN),
        ("DATABASE_DSN", '"host=${var.given} sslmode=disable"', PLAIN),
        ("KAFKA_SECURITY_PROTOCOL", '"PLAINTEXT"', PLAIN),
        ("KAFKA_SECURITY_PROTOCOL", '" sasl_plaintext "', PLAIN),
        ("KAFKA_SECURITY_PROTOCOL", '"SSL"', FINE),
        ("KAFKA_SECURITY_PROTOCOL", "var.given", OPEN),
        ("KAFKA_SECURITY_PROTOCOL", '"SASL_${var.given}"', OPEN),
        ("security.protocol", '"PLAINTEXT"', PLAIN),
        ("KAFKA_PROTOCOL", '"PLAINTEXT"', NONE),
        ("CACHE_URL", f'"redis://${{{TLS}}}:6379"', PLAIN),
        ("CACHE_URL", f'"rediss://${{{TLS}}}:6379"', FINE),
        ("CACHE_URL", f'"redis://${{{TLS.replace("tls", "plain")}}}:6379"', (True, False)),
        ("CACHE_URL", '"redis://cache.example.com:6379"', NONE),
        ("CACHE_URL", '"redis://${var.given}:6379"', OPEN),
        ("API_URL", '"https://api.example.com"', FINE),
        ("API_URL", '"wss://api.example.com"', FINE),
        ("API_URL", '"amqps://${var.given}"', FINE),
        ("API_URL", '"HTTPS://${var.given}"', FINE),
        ("API_URL", '"ftp://api.example.com"', NONE),
        ("API_URL", '"http://api.example.com"', NONE),
        ("API_URL", '"http://localhost:8080"', NONE),
        ("API_URL", '"http://127.0.0.1:8080"', NONE),
        ("API_URL", '"http://[::1]:8080"', NONE),
        ("API_URL", '"http://${aws_lb.other.dns_name}/v1"', PLAIN),
        ("API_URL", '"http://${aws_lb.unused.dns_name}/v1"', (True, False)),
        ("API_URL", '"http://${aws_ecs_service.other.name}:8080/v1"', PLAIN),
        ("API_URL", '"http://${aws_lb.other.dns_name}/${var.given}"', PLAIN),
        ("API_URL", f'"http://${{{DB}}}/v1"', PLAIN),
        ("API_URL", '"http://${var.given}/v1"', OPEN),
        # A control character is nothing that is left open.
        ("API_URL", '"http://\\u0001"', NONE),
        ("API_URL", '"\\u0001http://${aws_lb.other.dns_name}"', PLAIN),
        ("API_URL", coded("http://\x01"), NONE),
        # A name is that of a record also where the name of the zone is not known.
        ("API_URL", '"http://api.${aws_route53_zone.either.name}/v1"', PLAIN),
        ("API_URL", '"http://api.${aws_route53_zone.main.name}/v1"', PLAIN),
        ("API_URL", '"http://other.${aws_route53_zone.main.name}/v1"', NONE),
        ("ALLOWED_ORIGIN", '"http://${aws_lb.other.dns_name}"', NONE),
        ("CORS_ORIGINS", '"http://${aws_lb.other.dns_name}"', NONE),
        ("GF_SERVER_ROOT_URL", '"http://${aws_lb.other.dns_name}"', NONE),
        ("ORIGINAL", '"http://${aws_lb.other.dns_name}"', PLAIN),
        # Of several addresses each has its own host.
        ("PEERS", '"a=http://${var.given}/x b=http://${aws_lb.other.dns_name}/y"', PLAIN),
        ("PEERS", '"a=http://${aws_lb.other.dns_name}/x b=http://${var.given}/y"', PLAIN),
        ("PEERS", '"a=https://${aws_lb.other.dns_name}/x b=http://${var.given}/y"', OPEN),
        ("PEERS", f'"a=redis://${{{TLS}}} b=http://${{{DB}}} c=https://x.org"', PLAIN),
        ("PEERS", '"http://x.org http://${aws_lb.other.dns_name}"', PLAIN),
        ("API_URL", '"https://x.org/?next=http://${aws_lb.other.dns_name}"', FINE),
        ("API_URL", '"http://x.org/?next=http://${aws_lb.other.dns_name}"', NONE),
        # What a variable is for, its name tells.
        ("${var.given}", '"PLAINTEXT"', OPEN),
        ("MODE", '"PLAINTEXT"', NONE),
        ("SETTINGS", r'"{\"a\": \"http://${var.given}\", \"b\": \"https://${var.given}\"}"', OPEN),
        (
            "SETTINGS",
            r'"{\"a\": \"https://${var.given}\", \"b\": \"http://${aws_lb.other.dns_name}\"}"',
            PLAIN,
        ),
    ],
)
def test_what_a_variable_says(name: str, value: str, said: tuple[bool | None, bool | None]) -> None:
    """Whether it connects in plain text, and whether it is about a connection at all."""
    text = SOURCE.replace("NAME", name, 1).replace("VALUE", value, 1)
    files = Files({"/net/main.tf": text})
    (stack,), errors = terraform.stacks(["/net/main.tf"], files, Inputs(boundary="/net"))
    assert not errors
    network = lower(stack.evaluate({}).resources).network
    (variable,) = network.every(Variable)

    found = connection(network, variable)
    assert (NONE if found is None else (found.plain.truth, found.concerned.truth)) == said
    if said == OPEN:
        assert found is not None
        assert [need.name for need in found.plain.waits_for()] == ["var.given"]


OF_BROWSERS = (
    *("CALLBACK", "JWKS", "LOGOUT", "OAUTH", "OIDC"),
    *("OPENID", "REDIRECT", "SAML", "SIGNOUT", "SSO"),
    *("ASSETS", "MEDIA", "STATIC"),
)
STORES = (
    *("CACHE", "DATABASE", "DB", "JDBC", "MONGO"),
    *("MONGODB", "MYSQL", "PG", "POSTGRES", "REDIS"),
)


@pytest.mark.parametrize(
    ("name", "value", "asked"),
    [
        ("QUEUE_URL", "module.m.queue_url", None),
        ("API_URL", "module.m.api_endpoint", None),
        ("API_URL", '"${module.m.invoke_url}/v1"', None),
        ("API_URL", "module.m.url", True),
        ("API_URL", "var.nothing", None),
        ("API_URL", '"${module.m.url}/v1"', True),
        ("API_URL", "var.queue_url", True),
        ("QUERY_URL", '"query.${var.queue_url}:${module.m.port}"', None),
        ("QUERY_URL", '"query.internal.${var.queue_url}"', None),
        ("QUERY_URL", '"${var.queue_url}.internal"', True),
        ("QUERY_URL", '"query?${var.queue_url}"', True),
        ("OIDC_METADATA_URL", "module.m.url", False),
        ("APP_SSO_URL", "var.queue_url", False),
        ("JWKS_URI", "var.queue_url", False),
        ("authJwksUri", "var.queue_url", False),
        ("OAUTH_DATABASE_URL", "var.queue_url", True),
        ("PROCESSOURI", "var.queue_url", True),
        ("RUNNER_IMAGE_URI", "var.queue_url", None),
        ("RUNNER_IMAGE_URL", "var.queue_url", True),
        *((f"LOGIN_{word}_URL", "var.queue_url", True) for word in ("AUTH", "SAMLE", "SSOS")),
        *((f"{word}_URL", "var.queue_url", False) for word in OF_BROWSERS),
        *((f"SSO_{word}_URL", "var.queue_url", True) for word in STORES),
        ("API_URL", 'coalesce(module.m.api_endpoint, "http://a.b")', True),
        ("API_URL", 'replace(module.m.api_endpoint, "https:", "http:")', True),
    ],
)
def test_which_open_urls_are_asked_for(name: str, value: str, asked: bool | None) -> None:
    """Not those that AWS gives out, by https, nor what browsers connect to, if that is open."""
    module = 'module "m" { source = "example/queue/aws" }\nvariable "queue_url" {}\n'
    module += 'variable "nothing" { default = null }\n'
    text = module + SOURCE.replace("NAME", name, 1).replace("VALUE", value, 1)
    files = Files({"/net/main.tf": text})
    (stack,), _ = terraform.stacks(["/net/main.tf"], files, Inputs(boundary="/net"))
    (variable,) = lower(stack.evaluate({}).resources).network.every(Variable)

    found = connection(lower(stack.evaluate({}).resources).network, variable)
    assert (None if found is None else found.marked) is asked


@pytest.mark.parametrize(
    ("host", "value", "said"),
    [
        ("DB_HOST", '"127.0.0.1"', NONE),
        ("DB-HOST", '"localhost:5432"', NONE),
        ("DB_HOST", '"db.example.com"', PLAIN),
        ("DB_HOST", "var.given", PLAIN),
        ("CACHE_HOST", '"localhost"', PLAIN),
    ],
)
def test_the_host_that_stands_beside(
    host: str, value: str, said: tuple[bool | None, bool | None]
) -> None:
    """A proxy in the task itself takes plain text, and encrypts what goes to the database."""
    beside = f'[{{ name = "{host}", value = {value} }}, '
    text = SOURCE.replace("[{ name =", f"{beside}{{ name =", 1)
    text = text.replace("NAME", "DB_SSLMODE", 1).replace("VALUE", '"disable"', 1)
    files = Files({"/net/main.tf": text})
    (stack,), _ = terraform.stacks(["/net/main.tf"], files, Inputs(boundary="/net"))
    network = lower(stack.evaluate({}).resources).network
    found = {each.name: connection(network, each) for each in network.every(Variable)}
    mode = found["DB_SSLMODE"]
    assert (NONE if mode is None else (mode.plain.truth, mode.concerned.truth)) == said


CLOUD_MAP = """
resource "aws_service_discovery_private_dns_namespace" "main" { name = "internal" }
resource "aws_service_discovery_service" "api" {
  name = "api"
  dns_config {
    namespace_id = aws_service_discovery_private_dns_namespace.main.id
  }
}
"""


@pytest.mark.parametrize(
    ("name", "concerned"), [('"proxy"', True), ('"api"', None), ("var.given", "open")]
)
def test_a_short_name_may_be_that_of_a_container_of_the_task(name: str, concerned: object) -> None:
    """A linked container answers to its own name before a service of Cloud Map does."""
    text = SOURCE.replace("NAME", "API", 1).replace("VALUE", '"http://api:8080/"', 1)
    text = text.replace("jsonencode([{", f"jsonencode([{{ name = {name} }}, {{", 1) + CLOUD_MAP
    (stack,), _ = terraform.stacks(
        ["/net/main.tf"], Files({"/net/main.tf": text}), Inputs(boundary="/net")
    )
    network = lower(stack.evaluate({}).resources).network
    (variable,) = network.every(Variable)

    found = connection(network, variable)
    said = found and ("open" if found.concerned.truth is None else found.concerned.truth)
    assert said == concerned
    if found is not None and concerned == "open":
        assert [need.name for need in found.concerned.waits_for()] == ["var.given"]


LOOKED_UP = """
data "aws_service_discovery_service" "api" {
  name         = NAMED
  namespace_id = SPACE
}
resource "aws_ecs_service" "api" {
  service_registries { registry_arn = data.aws_service_discovery_service.api.arn }
}
"""
BY_ID = '"ns-0123456789abcdef"'


@pytest.mark.parametrize(
    ("host", "named", "space", "said"),
    [
        ("api.prod.internal", '"api"', BY_ID, PLAIN),
        ("API.prod.LOCAL.", '"api"', BY_ID, PLAIN),
        ("auth.prod.internal", '"api"', BY_ID, NONE),
        ("apis.prod.internal", '"api"', BY_ID, NONE),
        ("api.example.com", '"api"', BY_ID, (True, None)),
        ("auth.example.com", '"api"', BY_ID, NONE),
        ("api.prod.internal", '"api"', "var.given", (True, None)),
        ("api.prod.internal", "var.given", BY_ID, NONE),
    ],
)
def test_a_looked_up_service_answers_in_a_private_domain(
    host: str, named: str, space: str, said: tuple[bool | None, bool | None]
) -> None:
    """No other name server knows the domain, of whose namespace only the id is written."""
    text = SOURCE.replace("NAME", "API", 1).replace("VALUE", f'"http://{host}:8080/"', 1)
    text += LOOKED_UP.replace("NAMED", named).replace("SPACE", space)
    (stack,), _ = terraform.stacks(
        ["/net/main.tf"], Files({"/net/main.tf": text}), Inputs(boundary="/net")
    )
    network = lower(stack.evaluate({}).resources).network
    (variable,) = network.every(Variable)

    found = connection(network, variable)
    assert (NONE if found is None else (found.plain.truth, found.concerned.truth)) == said


REGISTERED = """
resource "aws_ecs_service" "own" {
  task_definition = DEFINITION
  service_registries { registry_arn = aws_service_discovery_service.api.arn }
}
"""
OWN = REGISTERED.replace("DEFINITION", "aws_ecs_task_definition.web.arn")


@pytest.mark.parametrize(
    ("services", "concerned"),
    [
        ("", True),
        (OWN, False),
        (OWN + OWN.replace('"own"', '"twin"'), True),
        (OWN + REGISTERED.replace('"own"', '"two"').replace("DEFINITION", '"two:1"'), True),
    ],
)
def test_a_service_that_is_told_its_own_name_connects_to_no_other(
    services: str, concerned: bool
) -> None:
    """Unless others register their tasks under that name in Cloud Map, too."""
    text = SOURCE.replace("NAME", "API", 1).replace("VALUE", '"http://api.internal/"', 1)
    (stack,), _ = terraform.stacks(
        ["/net/main.tf"],
        Files({"/net/main.tf": text + CLOUD_MAP + services}),
        Inputs(boundary="/net"),
    )
    network = lower(stack.evaluate({}).resources).network
    (variable,) = network.every(Variable)

    found = connection(network, variable)
    assert found is not None
    assert found.concerned.truth is concerned


@pytest.mark.parametrize(
    ("namespace", "host", "concerned"),
    [
        ('"internal"', "api.internal", True),
        ('"internal"', "API.internal", True),
        ('"internal"', "web.internal", False),
        ('"${var.given}.internal"', "api.live.internal", None),
        ('"${var.given}.internal"', "web.live.internal", False),
        ('"${var.given}.internal"', "api.live.example.com", False),
        ("var.given", "api.internal", None),
        ("var.given", "web.internal", False),
    ],
)
def test_a_host_may_be_that_of_a_service(namespace: str, host: str, concerned: bool | None) -> None:
    """As far as the name of its namespace is known."""
    text = SOURCE.replace("NAME", "API", 1).replace("VALUE", f'"http://{host}:8080/"', 1)
    found = read(text + CLOUD_MAP.replace('{ name = "internal" }', f"{{ name = {namespace} }}"))
    (variable,) = found.every(Variable)

    said = connection(found, variable)
    assert (False if said is None else said.concerned.truth) is concerned
    if concerned is None:
        assert said is not None
        assert [need.name for need in said.concerned.waits_for()] == ["var.given"]


@pytest.mark.parametrize(
    ("host", "said"),
    [("web.internal", None), ("localhost", False), ("127.0.0.1", False), ("[::1]", False)],
)
def test_no_service_answers_at_the_address_of_the_machine_itself(
    host: str, said: bool | None
) -> None:
    """Whatever the name of the service is."""
    text = SOURCE.replace("NAME", "API", 1).replace("VALUE", f'"http://{host}:8080/"', 1)
    found = read(text + CLOUD_MAP.replace('"api"\n', "var.given\n"))
    (variable,) = found.every(Variable)

    told = connection(found, variable)
    assert (False if told is None else told.concerned.truth) is said


MESH = """
resource "aws_appmesh_virtual_service" "api" { name = VIRTUAL }
"""


@pytest.mark.parametrize(
    ("virtual", "named"),
    [
        ('"api.internal"', True),
        ('"API.internal"', True),
        ('"api"', True),
        ('"web.internal"', False),
        ('"apis.internal"', False),
        ("5", False),
        ("true", False),
        ('"${var.given}.internal"', True),
        ('"api${var.given}.internal"', False),
        ('"api.${var.given}"', True),
        ("var.given", True),
    ],
)
def test_what_a_short_name_may_stand_for(virtual: str, named: bool) -> None:
    """A name up to its first dot, if that is known. App Mesh encrypts what goes there."""
    text = SOURCE.replace("NAME", "API", 1).replace("VALUE", '"http://api:8080/"', 1)
    (stack,), _ = terraform.stacks(
        ["/net/main.tf"],
        Files({"/net/main.tf": text + MESH.replace("VIRTUAL", virtual)}),
        Inputs(boundary="/net"),
    )
    network = lower(stack.evaluate({}).resources).network
    (variable,) = network.every(Variable)

    found = connection(network, variable)
    assert (None if found is None else found.concerned.truth) is (False if named else None)


KINDS = "postgres postgresql mysql mysql2 mariadb mongodb amqp sqlserver mssql oracle clickhouse"


@pytest.mark.parametrize("scheme", KINDS.split())
@pytest.mark.parametrize("options", ["", "?tls=false"])
def test_the_address_of_each_kind_of_database_is_a_connection(scheme: str, options: str) -> None:
    """Without options it asks for no plain text, and with some it may."""
    text = SOURCE.replace("NAME", "STORE", 1)
    text = text.replace("VALUE", f'"{scheme}://db.example.com/shop{options}"', 1)
    (stack,), _ = terraform.stacks(
        ["/net/main.tf"], Files({"/net/main.tf": text}), Inputs(boundary="/net")
    )
    network = lower(stack.evaluate({}).resources).network
    (variable,) = network.every(Variable)

    found = connection(network, variable)
    assert found is not None
    assert (found.plain.truth, found.concerned.truth) == (PLAIN if options else FINE)


@pytest.mark.parametrize(
    ("value", "store"),
    [
        (f'"redis://${{{TLS}}}:6379"', "aws_elasticache_replication_group.tls"),
        (f'"http://${{{DB}}}/v1"', "aws_db_instance.main"),
        (f'"postgres://${{{DB}}}/shop?sslmode=disable"', "aws_db_instance.main"),
        (f'"postgres://${{{DB}}}/shop"', "aws_db_instance.main"),
        (f'"https://${{{DB}}}/shop"', "aws_db_instance.main"),
        (f'"host=${{{DB}}} sslmode=require"', "aws_db_instance.main"),
        ('"postgres://db.example.com/shop?sslmode=disable"', ""),
        ('"http://${aws_lb.other.dns_name}/v1"', ""),
    ],
)
def test_to_which_store_a_variable_leads(value: str, store: str) -> None:
    """The store of the sources whose address stands in it, if one does."""
    text = SOURCE.replace("NAME", "STORE_URL", 1).replace("VALUE", value, 1)
    (stack,), _ = terraform.stacks(
        ["/net/main.tf"], Files({"/net/main.tf": text}), Inputs(boundary="/net")
    )
    network = lower(stack.evaluate({}).resources).network
    (variable,) = network.every(Variable)

    found = connection(network, variable)
    assert found is not None
    assert found.store == store
