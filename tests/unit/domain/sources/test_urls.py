"""URLs of sources: each kind is read as written, and what is wrong is told without its secret."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llama.domain.errors import Misconfigured
from llama.domain.sources.kinds import Access, FolderSource, GcnSource, GracedbSource, KafkaSource
from llama.domain.sources.urls import read_source, read_sources, split_urls

GCN_FILES = "client_id_file=/etc/llama/id&client_secret_file=/etc/llama/secret"
SCRAM = "security=sasl_ssl&mechanism=SCRAM-SHA-512&password_file=/etc/llama/scimma"
TOPICS = st.text("abcXYZ019._-", min_size=1, max_size=30)
HOSTS = st.from_regex(r"[a-z][a-z0-9.-]{0,20}", fullmatch=True)
SECRETS = st.text("ÄÖÜ€QWXZ%!$&*;", min_size=6, max_size=20)


@given(host=HOSTS, port=st.integers(1, 65535), topics=st.lists(TOPICS, min_size=1, unique=True))
def test_a_plain_kafka_url_is_read_back(host: str, port: int, topics: list[str]) -> None:
    source = read_source(f"kafka://{host}:{port}/{','.join(topics)}")

    assert isinstance(source, KafkaSource)
    assert (source.server, source.topics) == (f"{host}:{port}", tuple(topics))
    assert source.access == Access()


def test_scimma_is_read_as_its_users_write_it() -> None:
    source = read_source(f"kafka://me-1@kafka.scimma.org/igwn.gwalert?{SCRAM}")

    assert source == KafkaSource(
        name="kafka://kafka.scimma.org",
        server="kafka.scimma.org:9092",
        topics=("igwn.gwalert",),
        access=Access("sasl_ssl", "SCRAM-SHA-512", "me-1", password_file="/etc/llama/scimma"),
    )


def test_gcn_has_its_heartbeat_whether_or_not_it_is_named() -> None:
    source = read_source(f"gcn:///igwn.gwalert?{GCN_FILES}&domain=test.gcn.nasa.gov")

    assert source == GcnSource(
        name="gcn://test.gcn.nasa.gov",
        domain="test.gcn.nasa.gov",
        topics=("igwn.gwalert", "gcn.heartbeat"),
        client_id_file="/etc/llama/id",
        client_secret_file="/etc/llama/secret",
        silence=timedelta(seconds=60),
    )


def test_files_folders_and_superevents_are_sources() -> None:
    found = read_sources(
        "file:///alerts%20of%20old?follow=true gracedb://S190814bv\n"
        "gracedb://gracedb-playground.ligo.org/MS181101ab"
    )

    assert found == (
        FolderSource("file:///alerts%20of%20old", "/alerts of old", follow=True),
        GracedbSource(
            "gracedb://gracedb.ligo.org/S190814bv", "https://gracedb.ligo.org", "S190814bv"
        ),
        GracedbSource(
            "gracedb://gracedb-playground.ligo.org/MS181101ab",
            "https://gracedb-playground.ligo.org",
            "MS181101ab",
        ),
    )


@pytest.mark.parametrize("separator", [" ", ",", "\n", " , ", ",\n", "\n# a comment\n"])
def test_a_list_is_separated_by_spaces_commas_or_lines(separator: str) -> None:
    urls = ["kafka://a/x,y", "kafka://b/z?silence=5s", "file:///c"]

    assert split_urls(separator.join(urls)) == urls


@pytest.mark.parametrize("text", ["60s", "1min", "1m", "60000ms", "60.0s"])
def test_a_silence_is_a_duration(text: str) -> None:
    assert read_source(f"kafka://a/x?silence={text}").silence == timedelta(minutes=1)


def test_a_source_with_a_heartbeat_is_silent_after_a_minute() -> None:
    assert read_source("kafka://a/x,sys.heartbeat").silence == timedelta(minutes=1)
    assert read_source("kafka://a/x").silence is None


def test_a_name_can_be_given() -> None:
    assert read_source("kafka://a/x?name=scimma").name == "scimma"


@pytest.mark.parametrize(
    ("url", "advice"),
    [
        ("http://a/x", "kinds kafka://, gcn://, file://, gracedb://"),
        ("igwn.gwalert", "kinds kafka://"),
        ("kafka://a", "write kafka://host:port/TOPIC,TOPIC"),
        ("kafka:///x", r"\[user@\]host"),
        ("kafka://a:b/x", r"\[user@\]host"),
        ("kafka://a:99999/x", r"\[user@\]host"),
        ("kafka://[::1/x", "cannot be read"),
        ("kafka://a/x%20y", "names no topics, or what cannot be one"),
        ("kafka://a/x?silence=soon", "write it as silence=60s"),
        ("kafka://a/x?silence=0s", "write it as silence=60s"),
        ("kafka://a/x?slience=60s", "did you mean 'silence'"),
        ("kafka://a/x?silence", r"\?name=value"),
        ("kafka://a/x?silence=1s&silence=2s", "twice"),
        ("kafka://a/x?mechanism=PLAIN", "password_file"),
        ("kafka://a/x?security=sasl_ssl", "belong together"),
        ("kafka://u@a/x?security=secure", "security is one of"),
        ("kafka://u@a/x?mechanism=GSSAPI", "mechanism is one of"),
        ("kafka://u@a/x?password_file=/p", "no security=sasl_ssl"),
        ("kafka://a/x?mechanism=OAUTHBEARER", "client_id_file, client_secret_file and token_url"),
        ("kafka://a/x#y", "%23"),
        ("gcn://igwn.gwalert", "three slashes"),
        ("gcn:///x", "client_id_file is missing"),
        (f"gcn:///x?{GCN_FILES}&domain=evil.org", "domain is one of"),
        (f"gcn:///?{GCN_FILES}", "write gcn:///TOPIC"),
        ("file://alerts", "three slashes"),
        ("file:///a?follow=yes", "neither true nor false"),
        ("gracedb://G123", "write gracedb://S190814bv"),
        ("gracedb://a/b/S190814bv", "write gracedb://S190814bv"),
        ("kafka://a/x?name=%0a", "name has up to 100"),
    ],
)
def test_a_wrong_url_is_refused_with_what_would_be_right(url: str, advice: str) -> None:
    with pytest.raises(Misconfigured, match=rf"^source 1.*{advice}"):
        read_sources(f"{url} kafka://b/y")


def test_two_sources_of_one_name_are_refused() -> None:
    with pytest.raises(Misconfigured, match=r"two sources are called kafka://a.*name="):
        read_sources("kafka://a/x kafka://a:9092/y")


@given(secret=SECRETS, form=st.sampled_from(["kafka://me:{}@a/x", "kafka://me@a/x?password={}",
    "kafka://{}@a:b/x", "kafka://a/x?token={}", "gcn:///x?client_secret={}", "{}://a/x",
    "kafka://a/x?silence={}", "kafka://a/x?{}=1", "kafka://a/{}", "gracedb://a:{}@b/S1",
    "file://{}/x", "kafka://a/x?name={}"]))  # fmt: skip
def test_what_is_refused_is_not_repeated(secret: str, form: str) -> None:
    with pytest.raises(Misconfigured) as refused:
        read_sources(form.format(secret))

    assert secret not in str(refused.value)
    assert secret not in repr(refused.value.__cause__)
