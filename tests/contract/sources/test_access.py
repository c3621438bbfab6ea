"""How servers let us in: what a client is told, tokens that are renewed, and no secret in words."""

import json
import ssl
import sys
from collections.abc import Generator
from dataclasses import replace
from pathlib import Path

import pytest

from llama.adapters.sources.access import TokenProvider, options_for
from llama.adapters.sources.gcn import gcn_options
from llama.adapters.sources.opening import opening_of
from llama.domain.errors import Misconfigured, Unavailable
from llama.domain.sources.kinds import Access, GcnSource
from tests.support.http_server import Answers, serving

SECRET = "swordfish"


@pytest.fixture
def secret(tmp_path: Path) -> str:
    path = tmp_path / "secret"
    path.write_text(f"{SECRET}\n")
    path.chmod(0o600)
    return str(path)


@pytest.fixture
def server() -> Generator[Answers]:
    with serving() as said:
        said.bodies["/token"] = json.dumps({"access_token": "t-1", "expires_in": 100}).encode()
        yield said


def an_oauth(server: Answers, secret: str) -> Access:
    return Access(
        "sasl_ssl",
        "OAUTHBEARER",
        client_id_file=secret,
        client_secret_file=secret,
        token_url=f"http://{server.address}/token",
        scope="gcn",
    )


def test_a_plain_server_is_told_nothing() -> None:
    assert options_for(Access()) == {"security_protocol": "PLAINTEXT"}


def test_a_server_with_scram_is_told_user_and_password(secret: str) -> None:
    options = options_for(Access("sasl_ssl", "SCRAM-SHA-512", "me", password_file=secret))

    context = options.pop("ssl_context")
    assert isinstance(context, ssl.SSLContext)
    assert context.verify_mode == ssl.CERT_REQUIRED
    assert options == {
        "security_protocol": "SASL_SSL",
        "sasl_mechanism": "SCRAM-SHA-512",
        "sasl_plain_username": "me",
        "sasl_plain_password": SECRET,
    }


def test_certificates_that_are_not_there_are_told(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match=r"ca_file: .*none holds no certificates"):
        options_for(Access("ssl", ca_file=str(tmp_path / "none")))


def test_gcn_is_told_what_its_own_client_tells_it(secret: str) -> None:
    options = gcn_options(GcnSource("gcn", "test.gcn.nasa.gov", ("x",), secret, secret))

    assert options["bootstrap.servers"] == "kafka.test.gcn.nasa.gov"
    assert options["sasl.oauthbearer.client.secret"] == SECRET
    url = "https://auth.test.gcn.nasa.gov/oauth2/token"
    assert options["sasl.oauthbearer.token.endpoint.url"] == url


async def test_without_the_extra_it_is_said_what_to_install(
    secret: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "confluent_kafka", None)
    source = GcnSource("gcn", "gcn.nasa.gov", ("x",), secret, secret)

    with pytest.raises(Misconfigured, match=r"install llama-gwhen\[gcn\]"):
        async with opening_of(source)({}):
            pass


async def test_a_token_is_used_until_it_is_nearly_over(server: Answers, secret: str) -> None:
    now = [0.0]
    tokens = TokenProvider(an_oauth(server, secret), clock=lambda: now[0])

    first = [await tokens.token(), await tokens.token()]
    now[0] = 81.0
    server.bodies["/token"] = b'{"access_token": "t-2"}'
    second = await tokens.token()

    assert (first, second, len(server.asked)) == (["t-1", "t-1"], "t-2", 2)
    _, headers, body = server.asked[0]
    assert headers["Authorization"].startswith("Basic ")
    assert body == b"grant_type=client_credentials&scope=gcn"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"swordfish is wrong", 200),
        (b"{}", 200),
        (b'{"access_token": 7}', 200),
        (b'{"access_token": "t", "expires_in": 0}', 200),
        (b'{"access_token": "t", "expires_in": "swordfish"}', 200),
        (b"swordfish", 500),
        (b"swordfish", 302),
    ],
)
async def test_an_answer_without_a_token_is_told_without_repeating_it(
    server: Answers, secret: str, body: bytes, status: int
) -> None:
    server.bodies["/token"], server.status["/token"] = body, status
    tokens = TokenProvider(an_oauth(server, secret))

    with pytest.raises(Unavailable, match=r"127\.0\.0\.1:\d+/token") as refused:
        await tokens.token()

    assert SECRET not in f"{refused.value}{refused.value.__cause__}"


def test_no_secret_is_in_any_text_about_a_source(server: Answers, secret: str) -> None:
    access = an_oauth(server, secret)

    assert SECRET not in repr([access, replace(access), TokenProvider(access)])
