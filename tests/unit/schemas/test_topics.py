"""The catalogue of topics: what replay depends on."""

from typing import get_args

from schemas.facts import Fact
from schemas.topics import FACTS_TOPIC, HEARTBEAT_TOPIC, INCOMING, TOPICS

OWN_TOPICS = [topic for topic in TOPICS if topic not in INCOMING]


def test_every_topic_has_a_name_of_its_own() -> None:
    assert len({topic.name for topic in TOPICS}) == len(TOPICS)


def test_all_facts_travel_on_one_topic() -> None:
    union, _discriminator = get_args(Fact)

    assert set(FACTS_TOPIC.messages) == set(get_args(union))
    assert all(not set(topic.messages) & set(get_args(union)) for topic in TOPICS[1:])


def test_own_topics_but_the_heartbeats_keep_everything_for_ever() -> None:
    for topic in OWN_TOPICS:
        if topic is HEARTBEAT_TOPIC:
            continue
        kept = {name: topic.config[name] for name in ("cleanup.policy", "retention.ms")}

        assert kept == {"cleanup.policy": "delete", "retention.ms": "-1"}
        assert topic.config["retention.bytes"] == "-1"


def test_a_message_class_travels_on_one_topic() -> None:
    carried = [message_type for topic in TOPICS for message_type in topic.messages]

    assert len(carried) == len(set(carried))
