-- name: show_neutrinos
-- Show neutrinos; a notice that goes before what is shown already changes nothing.
insert into neutrinos as known (
    neutrino, is_test, revision, sent_at, at, ra_deg, dec_deg, sigma_deg, energy_gev, kind,
    stream, retracted, raw, message
)
select * from unnest(
    $1::text[], $2::boolean[], $3::integer[], $4::timestamptz[], $5::timestamptz[],
    $6::double precision[], $7::double precision[], $8::double precision[],
    $9::double precision[], $10::text[], $11::text[], $12::boolean[], $13::text[], $14::text[]
)
on conflict (neutrino, is_test) do update set
    revision = excluded.revision,
    sent_at = excluded.sent_at,
    at = excluded.at,
    ra_deg = excluded.ra_deg,
    dec_deg = excluded.dec_deg,
    sigma_deg = excluded.sigma_deg,
    energy_gev = excluded.energy_gev,
    kind = excluded.kind,
    stream = excluded.stream,
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

-- name: list_neutrinos
-- Neutrinos of a time span, the latest first.
select
    neutrino, is_test, revision, sent_at, at, ra_deg, dec_deg, sigma_deg, energy_gev, kind,
    stream, retracted, raw, message
from neutrinos
where at between $1 and $2 and (is_test <= $3) and (retracted <= $4)
order by at desc, neutrino desc, is_test desc
limit $5;
