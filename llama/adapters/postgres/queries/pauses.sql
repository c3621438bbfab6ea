-- name: pause_now
-- Who has stopped publication, if anybody has.
select paused_by as by, pause_reason as reason, paused_at as since
from pauses where resumed_at is null;

-- name: begin_pause
-- Stop publication; nothing if it is stopped already.
insert into pauses (paused_by, pause_reason) values ($1, $2)
on conflict do nothing
returning paused_by as by, pause_reason as reason, paused_at as since;

-- name: end_pause
-- Go on with publication, and wake workers: they have left some tasks where they were.
with over as (
    update pauses set resumed_by = $1, resume_reason = $2, resumed_at = now()
    where resumed_at is null
    returning paused_by as by, pause_reason as reason, paused_at as since
),
told as (
    select pg_notify('llama_tasks', '') from over
)
select over.by, over.reason, over.since from over, told;
