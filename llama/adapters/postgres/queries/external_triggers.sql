-- name: show_external_triggers
-- Show triggers; a notice that goes before what is shown already changes nothing.
insert into external_triggers as known (
    observatory, trigger, is_test, revision, sent_at, at, kind, instrument, name, ra_deg, dec_deg,
    error_deg, containment, far_hz, classification, map_url, retracted, raw, message
)
select * from unnest(
    $1::text[], $2::text[], $3::boolean[], $4::integer[], $5::timestamptz[], $6::timestamptz[],
    $7::text[], $8::text[], $9::text[], $10::double precision[], $11::double precision[],
    $12::double precision[], $13::double precision[], $14::double precision[], $15::json[],
    $16::text[], $17::boolean[], $18::text[], $19::text[]
)
on conflict (observatory, trigger, is_test) do update set
    revision = excluded.revision,
    sent_at = excluded.sent_at,
    at = excluded.at,
    kind = excluded.kind,
    instrument = excluded.instrument,
    name = excluded.name,
    ra_deg = excluded.ra_deg,
    dec_deg = excluded.dec_deg,
    error_deg = excluded.error_deg,
    containment = excluded.containment,
    far_hz = excluded.far_hz,
    classification = excluded.classification,
    map_url = excluded.map_url,
    retracted = excluded.retracted,
    raw = excluded.raw,
    message = excluded.message
where (
    excluded.revision, excluded.sent_at, excluded.retracted, excluded.message collate "C",
    excluded.raw collate "C"
) > (
    known.revision, known.sent_at, known.retracted, known.message collate "C",
    known.raw collate "C"
);

-- name: list_external_triggers
-- Triggers of a time span, the latest first.
select
    observatory, trigger, is_test, revision, sent_at, at, kind, instrument, name, ra_deg, dec_deg,
    error_deg, containment, far_hz, classification, map_url, retracted, raw, message
from external_triggers
where at between $1 and $2 and (is_test <= $3) and (retracted <= $4)
order by at desc, observatory collate "C" desc, trigger collate "C" desc, is_test desc
limit $5;
