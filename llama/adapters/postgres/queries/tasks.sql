-- name: withdraw_tasks
-- Drop the tasks of an event that are not wanted any more, whoever holds them.
delete from tasks
where event = $1
    and (handler, need, attempt) not in (
        select * from unnest($2::text[], $3::text[], $4::integer[])
    );

-- name: want_tasks
-- Add wanted tasks that are not there; what is there takes on a new priority and the name of the
-- newest notice. Wake workers.
-- What stays as it is must not be locked: a worker that skips it now would not be woken for it.
with added as (
    insert into tasks as known (
        event, handler, need, attempt, code, priority, wanted_since, due_at, body
    )
    select
        $1, handler, need, attempt, code, priority,
        coalesce(not_before, now()), coalesce(not_before, now()), body
    from unnest(
        $2::text[], $3::text[], $4::integer[], $5::text[], $6::integer[], $7::timestamptz[],
        $8::json[]
    ) with ordinality
        as given (handler, need, attempt, code, priority, not_before, body, place)
    where not exists (
        select from tasks as same
        where same.event = $1 and same.handler = given.handler and same.need = given.need
            and same.attempt = given.attempt and same.priority = given.priority
            and same.body ->> 'notice' = given.body ->> 'notice'
    )
    order by place
    on conflict (event, handler, need, attempt) do update
        set priority = excluded.priority, body = excluded.body
        where known.priority <> excluded.priority
            or known.body ->> 'notice' is distinct from excluded.body ->> 'notice'
    returning number
)
select pg_notify('llama_tasks', '') from (select from added limit 1) as news;

-- name: claim_tasks
-- Lease due tasks of some (handler, code) pairs, most urgent first; always tells the time. Those of
-- handlers that publish ($6) stay while publication is paused.
with picked as (
    select number from tasks
    where status <> 'done'
        and due_at <= now()
        and (handler, code) in (select * from unnest($2::text[], $3::text[]))
        and not (
            handler = any ($6::text[]) and exists (select from pauses where resumed_at is null)
        )
    order by priority desc, wanted_since, number
    limit $4
    for update skip locked
),
leased as (
    update tasks
    set status = 'leased', worker = $1, fence = nextval('task_fences'), due_at = now() + $5
    from picked where tasks.number = picked.number
    returning tasks.number, priority, wanted_since, fence, body
)
select now() as looked_at, leased.fence, leased.priority, leased.body
from (select) as once left join leased on true
order by leased.priority desc, leased.wanted_since, leased.number;

-- name: renew_task
-- Extend a lease that is still held.
update tasks set due_at = now() + $7
where event = $1 and handler = $2 and need = $3 and attempt = $4
    and status = 'leased' and worker = $5 and fence = $6
returning number;

-- name: wanted_task
-- A task that is still to be done, whoever holds it.
select number from tasks
where event = $1 and handler = $2 and need = $3 and attempt = $4 and status <> 'done';

-- name: finish_task
-- Close a task under its lease; again, if need be.
update tasks set status = 'done'
where event = $1 and handler = $2 and need = $3 and attempt = $4
    and status in ('leased', 'done') and worker = $5 and fence = $6
returning number;

-- name: release_task
-- Give a task back, and wake workers.
with freed as (
    update tasks set status = 'open', worker = null, due_at = now()
    where event = $1 and handler = $2 and need = $3 and attempt = $4
        and status = 'leased' and worker = $5 and fence = $6
    returning number
)
select pg_notify('llama_tasks', '') from freed;

-- name: next_due
-- Seconds until the next task falls due that was not due at a moment; null if there is none.
select extract(epoch from min(due_at) - clock_timestamp())::float8 as seconds
from tasks where status <> 'done' and due_at > $1;

-- name: leased_handlers
-- The handlers of an event that a worker is running now.
select handler from tasks
where event = $1 and status = 'leased' and due_at > now()
order by number;
