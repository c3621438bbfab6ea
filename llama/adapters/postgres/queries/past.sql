-- name: keep_spans
-- Keep what some events were until now, before what they are is shown.
insert into event_spans
select over.until, events.*
from unnest($1::text[], $2::bigint[], $3::timestamptz[]) as over (event, sequence, until)
join events on events.event = over.event and events.sequence = over.sequence
on conflict (event, sequence) do nothing;

-- name: deployed_at
-- The pipeline that was deployed at a moment; no row before the first.
select manifest_digest from deployments where deployed_at <= $1 order by epoch desc limit 1;

-- name: facts_of
-- All facts of some events, in order.
select event, body from facts
where event = any($1::text[])
order by event, sequence, partition, log_offset;

-- name: moving_at
-- Events to which something happened shortly before a moment (or just then) and shortly after it.
select event from facts
where occurred_at > $1::timestamptz - $2::interval and occurred_at <= $1
intersect
select event from facts
where occurred_at > $1 and occurred_at < $1::timestamptz + $2::interval;

-- name: select_event_spans
-- What events were that meet criteria: as `select_events`, of those that were in a span.
select
    event, alert_type, time_created, event_time, significant, is_test, retracted, settled, flags,
    files, changed_at, far, classification, labels, first_at, modified_at
from event_spans
