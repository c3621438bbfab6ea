"""Notices for tests: small ones that read as sentences, and a stream of broken ones.

a_notice(alert_type="UPDATE", event=an_event(skymap=a_map("other")))
a_notice(urls=MISSING)
a_retraction(superevent_id="MS230425k")
"""

import base64
import copy
import gzip
import json
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final, TypeAlias, cast

JsonObject: TypeAlias = dict[str, object]
Mutation: TypeAlias = Callable[[bytes, random.Random], bytes]

MISSING: Final = object()
"""As the value of a change: leave the key out."""

SHARED_ALERTS = Path(__file__).parents[2] / ".." / "shared" / "data" / "gw" / "alerts"
"""Real alerts, beside the repository where they are at all."""


def a_map(name: str = "map") -> bytes:
    """Return bytes that begin like a FITS file and differ from those of another name."""
    return f"SIMPLE  =                    T / {name}".ljust(160).encode()


def a_gzip_bomb(inflated_bytes: int) -> bytes:
    """Return zeros, gzipped to about a thousandth."""
    return gzip.compress(bytes(inflated_bytes), mtime=0)


def an_event(**changes: object) -> JsonObject:
    """Return the `event` of a notice; a map may be given as bytes."""
    event: JsonObject = {
        "time": "2023-09-14T11:14:01.250Z",
        "far": 9.11e-14,
        "significant": True,
        "instruments": ["H1", "L1"],
        "group": "CBC",
        "pipeline": "gstlal",
        "search": "AllSky",
        "properties": {"HasNS": 0.25, "HasRemnant": 0.125, "HasMassGap": 0.0},
        "classification": {"BNS": 0.25, "NSBH": 0.25, "BBH": 0.5, "Terrestrial": 0.0},
        "duration": None,
        "central_frequency": None,
        "skymap": a_map(),
    }
    return _changed(event, changes)


def an_external(**changes: object) -> JsonObject:
    """Return the `external_coinc` of a notice; a map may be given as bytes."""
    external: JsonObject = {
        "gcn_notice_id": 524666471,
        "ivorn": "ivo://nasa.gsfc.gcn/Fermi#GBM_Fin_Pos_524666471",
        "observatory": "Fermi",
        "search": "GRB",
        "time_difference": 2.02,
        "time_coincidence_far": 2.5e-14,
        "time_sky_position_coincidence_far": 6.5e-16,
        "combined_skymap": a_map("combined"),
    }
    return _changed(external, changes)


def a_notice(**changes: object) -> bytes:
    """Return the bytes of a notice as a broker sends it: PRELIMINARY, with a small map."""
    notice: JsonObject = {
        "superevent_id": "S230914ak",
        "alert_type": "PRELIMINARY",
        "time_created": "2023-09-14T11:20:00Z",
        "urls": {"gracedb": "https://gracedb.ligo.org/superevents/S230914ak/view/"},
        "event": an_event(),
        "external_coinc": None,
    }
    return json.dumps(_changed(notice, changes)).encode()


def a_retraction(**changes: object) -> bytes:
    """Return the bytes of a retraction, an hour after the notice of `a_notice`."""
    retraction: JsonObject = {
        "alert_type": "RETRACTION",
        "time_created": "2023-09-14T12:20:00Z",
        "event": None,
    }
    return a_notice(**{**retraction, **changes})


def mutants(raw: bytes, count: int, seed: int) -> Iterator[bytes]:
    """Yield broken variants of a notice: the same ones for the same seed.

    Some are broken as bytes (flipped, cut, repeated), some as text (encodings, bombs of
    brackets), some as JSON (keys and types swapped, hostile values).
    """
    chance = random.Random(seed)
    body: JsonObject = json.loads(raw)
    values = hostile_values()
    for _ in range(count):
        if chance.random() < 0.5:
            yield chance.choice(BYTE_MUTATIONS)(raw, chance)
        else:
            yield _mutated_json(body, values, chance)


def _changed(original: JsonObject, changes: JsonObject) -> JsonObject:
    merged = {**original, **changes}
    return {key: _encoded(value) for key, value in merged.items() if value is not MISSING}


def _encoded(value: object) -> object:
    return base64.b64encode(value).decode() if isinstance(value, bytes) else value


def _flip(raw: bytes, chance: random.Random) -> bytes:
    flipped = bytearray(raw)
    for _ in range(chance.randint(1, 8)):
        flipped[chance.randrange(len(flipped))] ^= 1 << chance.randrange(8)
    return bytes(flipped)


def _truncate(raw: bytes, chance: random.Random) -> bytes:
    return raw[: chance.randrange(len(raw))]


def _insert(raw: bytes, chance: random.Random) -> bytes:
    place = chance.randrange(len(raw))
    return raw[:place] + chance.choice(HOSTILE_BYTES) + raw[place:]


def _delete(raw: bytes, chance: random.Random) -> bytes:
    place = chance.randrange(len(raw))
    return raw[:place] + raw[place + chance.randint(1, 40) :]


def _repeat(raw: bytes, chance: random.Random) -> bytes:
    start, end = sorted(chance.randrange(len(raw)) for _ in range(2))
    return raw[:end] + raw[start:end] + raw[end:]


def _recode(raw: bytes, chance: random.Random) -> bytes:
    encoding = chance.choice(("utf-16", "utf-16-le", "utf-32", "utf-8-sig", "utf-7"))
    return raw.decode().encode(encoding)


def _replace_value(raw: bytes, chance: random.Random) -> bytes:
    """Put hostile text where a value stood: it need not be JSON."""
    place = raw.find(b":", chance.randrange(len(raw)))
    end = raw.find(b",", place)
    return raw[: place + 1] + chance.choice(HOSTILE_BYTES) + raw[end:]


BYTE_MUTATIONS: tuple[Mutation, ...] = (
    _flip,
    _truncate,
    _insert,
    _delete,
    _repeat,
    _recode,
    _replace_value,
)

HOSTILE_BYTES: tuple[bytes, ...] = (
    b"\x00",
    b"\\u0000",
    b"\\ud800",
    b"\xed\xa0\x80",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"\xe2\x80\xae",
    b'"',
    b"\\",
    b"NaN",
    b"-Infinity",
    b"1e999",
    b"9" * 5000,
    b"18446744073709551616",
    b"[" * 60 + b"]" * 60,
    b"[" * 900 + b"]" * 900,
    b"[" * 3000 + b"]" * 3000,
    b'{"event":' * 300 + b"1" + b"}" * 300,
    b'<!DOCTYPE x [<!ENTITY e "e">]>',
    b'"superevent_id":"S230914ak",',
    b'"superevent_id":"../../etc/passwd",',
)


def hostile_values() -> tuple[object, ...]:
    """Return values that no field of a notice should have."""
    nested: list[object] = [[[[]]]]
    nothing: list[object] = []
    no_keys: JsonObject = {}
    return (
        None,
        True,
        0,
        -1,
        2**64,
        10**400,
        float("nan"),
        float("-inf"),
        5e-324,
        "",
        "\x00",
        "\ud800",
        "\udfff" * 50,
        "\u202e\u200b\ufeff",
        "\U0001f999" * 300,
        "S230914\u0430k",
        "S\u0662\u0663\u0660\u0669\u0661\u0664ak",
        "2023-09-14T11:20:00",
        "2023-09-14T11:20:60+24:00",
        "9999-12-31T23:59:59-23:59",
        "RETRACTION",
        "retraction",
        "../../../etc/passwd",
        "a" * 70_000,
        "=" * 9,
        base64.b64encode(a_gzip_bomb(2_000_000)).decode(),
        base64.b64encode(a_gzip_bomb(2_000)[:-4]).decode(),
        base64.b64encode(a_gzip_bomb(0) * 3000).decode(),
        nothing,
        no_keys,
        nested,
        {"sha256": "0" * 64, "bytes": 1},
        {"\x00": {"\ud800": "\x00"}, "": "", "k" * 300: 1},
        list(range(3000)),
    )


def _mutated_json(body: JsonObject, values: tuple[object, ...], chance: random.Random) -> bytes:
    mutated = copy.deepcopy(body)
    for _ in range(chance.randint(1, 3)):
        holder = chance.choice(list(_objects(mutated)))
        if holder:
            _mutate_object(holder, copy.deepcopy(chance.choice(values)), chance)
    text = json.dumps(mutated, ensure_ascii=chance.random() < 0.7)
    return text.encode("utf-8", "surrogatepass")


def _mutate_object(holder: JsonObject, value: object, chance: random.Random) -> None:
    key, other = (chance.choice(list(holder)) for _ in range(2))
    match chance.randrange(6):
        case 0:
            del holder[key]
        case 1:
            holder[key], holder[other] = holder[other], holder[key]
        case 2:
            holder[key + chance.choice(("\x00", "\ud800", " ", "s" * 300))] = holder.pop(key)
        case 3:
            holder[key] = [holder[key]]
        case _:
            holder[key] = value


def _objects(value: object) -> Iterator[JsonObject]:
    """Yield all JSON objects in a value of objects, itself included."""
    if isinstance(value, dict):
        found = cast(JsonObject, value)
        yield found
        for item in found.values():
            yield from _objects(item)
