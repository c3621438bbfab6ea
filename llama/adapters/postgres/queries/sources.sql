-- name: all_positions
-- The next offset of every topic and partition that a consumer has read from.
select topic, partition, next_offset from offsets where consumer = $1;

-- name: keep_source
-- Keep how a source stands.
insert into sources (source, standing) values ($1, $2)
on conflict (source) do update set standing = excluded.standing, kept_at = now();

-- name: find_source
-- How one source stands.
select standing from sources where source = $1;

-- name: list_sources
-- How all sources stand, and when each was last looked at.
select standing, kept_at from sources order by source collate "C";

-- name: show_gaps
-- Show times in which sources were not heard; of two endings of one the first counts.
insert into source_gaps as known (
    id, source, why, since, until, detail, caught_up_at, records
)
select * from unnest(
    $1::text[], $2::text[], $3::text[], $4::timestamptz[], $5::timestamptz[], $6::text[],
    $7::timestamptz[], $8::bigint[]
)
on conflict (id) do update set
    until = coalesce(known.until, excluded.until),
    detail = case when known.detail = '' then excluded.detail else known.detail end,
    caught_up_at = coalesce(known.caught_up_at, excluded.caught_up_at),
    records = coalesce(known.records, excluded.records);

-- name: list_gaps
-- Times in which sources were not heard, the latest first.
select id, source, why, since, until, detail, caught_up_at, records
from source_gaps order by since desc, id limit $1;
