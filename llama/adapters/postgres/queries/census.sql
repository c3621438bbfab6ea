-- name: count_tasks
-- Runs that are wanted, by what they wait for; and for how long the longest due has been due.
select
    count(*) filter (where due_at <= now()) as ready,
    count(*) filter (where due_at > now() and status = 'leased') as leased,
    count(*) filter (where due_at > now() and status = 'open') as cooling,
    greatest(extract(epoch from now() - min(due_at)), 0)::float8 as oldest_s
from tasks where status <> 'done';

-- name: count_events
-- Events, by what lists say of how they stand.
select retracted, settled, alert_type <> '' as has_notice, count(*) as number
from events
group by 1, 2, 3;

-- name: count_open_letters
-- Refused contents that nobody has dealt with, by the reason; what was not kept is like nothing else.
select
    reason as name,
    count(distinct coalesce(convert_from(body, 'UTF8')::json ->> 'raw', id)) as number
from dead_letters
where state = 'open'
group by reason;

-- name: count_sendings
-- What was sent, or may have been.
select state as name, count(*) as number from outbox group by state;

-- name: latest_alarm
-- When an alarm was last raised on a topic, of those that are an event's last word there.
select max(at) as at
from (
    select distinct on (event, handler) key, coalesce(sent_at, began_at) as at
    from outbox
    where topic = $1
    order by event, handler, number desc
) as last
where position($2 || '-' in key) > 0;
