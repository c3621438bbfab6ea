-- name: show_places
-- Show where lists put some events from some facts on.
insert into places (event, sequence, since, place)
select * from unnest($1::text[], $2::bigint[], $3::timestamptz[], $4::timestamptz[])
on conflict (event, sequence) do update set since = excluded.since, place = excluded.place;

-- name: deployed_at
-- The pipeline that was deployed at a moment; no row before the first.
select manifest_digest from deployments where deployed_at <= $1 order by epoch desc limit 1;

-- name: facts_of
-- All facts of some events, in order.
select event, body from facts
where event = any($1::text[])
order by event, sequence, partition, log_offset;

-- name: places_down
-- Where events have been in lists by a moment, the latest first.
select place as at, event from places
where since <= $1
    and (place, event) < (coalesce($2::timestamptz, 'infinity'), coalesce($3::text, ''))
group by place, event
order by place desc, event desc
limit $4;

-- name: places_up
-- Where events have been in lists by a moment, the earliest first.
select place as at, event from places
where since <= $1
    and (place, event) > (coalesce($2::timestamptz, '-infinity'), coalesce($3::text, ''))
group by place, event
order by place, event
limit $4;

-- name: changes_down
-- What has happened by a moment to which event, the latest first.
select occurred_at as at, event from facts
where occurred_at <= $1
    and (occurred_at, event collate "C") < (coalesce($2::timestamptz, 'infinity'), coalesce($3::text, ''))
group by occurred_at, event
order by occurred_at desc, event collate "C" desc
limit $4;

-- name: changes_up
-- What has happened by a moment to which event, the earliest first.
select occurred_at as at, event from facts
where occurred_at <= $1
    and (occurred_at, event collate "C") > (coalesce($2::timestamptz, '-infinity'), coalesce($3::text, ''))
group by occurred_at, event
order by occurred_at, event collate "C"
limit $4;

-- name: names_down
-- The events that were in lists by a moment, from the end of the alphabet.
select event as at, event from places
where since <= $1 and ($2::text is null or event < $2)
group by event
order by event desc
limit $3;

-- name: names_up
-- The events that were in lists by a moment, in the order of the alphabet.
select event as at, event from places
where since <= $1 and ($2::text is null or event > $2)
group by event
order by event
limit $3;
