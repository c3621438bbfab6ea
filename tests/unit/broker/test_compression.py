"""Compressed payloads that would fill the memory."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

import pytest
from aiokafka.codec import gzip_encode, lz4_encode, snappy_encode, zstd_encode

from llama.embedded.broker.compression import Codec, is_bomb

MIB = 1 << 20
ENCODERS: dict[Codec, Callable[[bytes], bytes]] = {
    Codec.GZIP: gzip_encode,
    Codec.SNAPPY: snappy_encode,
    Codec.LZ4: lz4_encode,
    Codec.ZSTD: zstd_encode,
}


@pytest.mark.parametrize("codec", ENCODERS)
def test_knows_a_payload_that_unpacks_to_more_than_the_limit(codec: Codec):
    bomb = ENCODERS[codec](Random(1).randbytes(8 * 1024) + b"\0" * 20 * MIB)

    assert is_bomb(memoryview(bomb), codec, limit=10 * MIB)
    assert not is_bomb(memoryview(bomb), codec, limit=30 * MIB)


def test_knows_a_bomb_in_several_gzip_members():
    member = gzip_encode(Random(1).randbytes(2 * 1024) + b"\0" * MIB)

    assert is_bomb(memoryview(member * 20), Codec.GZIP, limit=10 * MIB)


@pytest.mark.parametrize("codec", Codec)
def test_does_not_suspect_small_payloads(codec: Codec):
    assert not is_bomb(memoryview(b"garbage"), codec, limit=1)


def test_knows_a_bomb_in_a_bare_snappy_block():
    block = b"\xff\xff\xff\xff\x0f" + b"\0" * 5000

    assert is_bomb(memoryview(block), Codec.SNAPPY)
