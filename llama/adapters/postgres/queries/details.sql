-- name: show_flag_changes
-- Show values that flags got; one that is shown already stays as it is.
insert into flag_changes (event, sequence, flag, value, by, reason, fact, at)
select * from unnest(
    $1::text[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[],
    $8::timestamptz[]
)
on conflict (event, sequence, flag) do update set
    value = excluded.value,
    by = excluded.by,
    reason = excluded.reason,
    fact = excluded.fact,
    at = excluded.at;

-- name: hide_holds
-- Drop the holds of some events.
delete from holds where event = any($1::text[]);

-- name: show_holds
-- Show the holds of some events, of which none is shown.
insert into holds (event, handler, hold, reason)
select * from unnest($1::text[], $2::text[], $3::text[], $4::text[]);

-- name: hide_failures
-- Drop the failures of some events.
delete from failures where event = any($1::text[]);

-- name: show_failures
-- Show the failures of some events, of which none is shown.
insert into failures (event, handler, need, attempt, number, error, message, at, retry_at)
select * from unnest(
    $1::text[], $2::text[], $3::text[], $4::integer[], $5::integer[], $6::text[], $7::text[],
    $8::timestamptz[], $9::timestamptz[]
);

-- name: list_flag_changes
-- The values that an event's flags got, oldest first.
select sequence, flag, value, by, reason, fact, at
from flag_changes where event = $1
order by sequence, flag collate "C";

-- name: list_holds
-- What is held back of an event.
select handler, hold, reason from holds where event = $1 order by handler collate "C", hold collate "C";

-- name: list_failures
-- What has failed of an event.
select handler, need, attempt, number, error, message, at, retry_at
from failures where event = $1
order by handler collate "C";
