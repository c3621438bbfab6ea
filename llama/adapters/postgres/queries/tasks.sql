-- Who leases tasks, or lets go of them, does not wait until the disk has it (`set_config` in what a
-- statement returns is for its own transaction): what a crashed server forgets of that, a lease at
-- most, leads to a run more, and to nothing worse.
-- Whoever changes several tasks that are there locks them first, by their numbers: so nobody waits
-- for somebody who waits for him.

-- name: withdraw_tasks
-- Drop the tasks of some events ($1) that are not wanted any more, whoever holds them; but what was
-- taken ahead of a fact only if that is folded, which is so of these ($6). What is wanted is ahead of
-- nothing any more.
with locked as materialized (
    select number, (event, handler, need, attempt) in (
        select * from unnest($2::text[], $3::text[], $4::text[], $5::integer[])
    ) as is_wanted
    from tasks
    where event = any ($1::text[]) and case
        when (event, handler, need, attempt) in (
            select * from unnest($2::text[], $3::text[], $4::text[], $5::integer[])
        ) then ahead_of is not null
        else ahead_of is null or ahead_of = any ($6::text[])
    end
    order by number
    for update
),
passed as (
    update tasks set ahead_of = null
    from locked where tasks.number = locked.number and locked.is_wanted
)
delete from tasks using locked where tasks.number = locked.number and not locked.is_wanted;

-- name: want_tasks
-- Add wanted tasks that are not there; what is there takes on a new priority and the name of the
-- newest notice. Wake workers.
-- What stays as it is must not be locked: a worker that skips it now would not be woken for it.
with added as (
    insert into tasks as known (
        event, handler, need, attempt, code, priority, wanted_since, due_at, body
    )
    select
        event, handler, need, attempt, code, priority,
        coalesce(not_before, now()), coalesce(not_before, now()), body
    from unnest(
        $1::text[], $2::text[], $3::text[], $4::integer[], $5::text[], $6::integer[],
        $7::timestamptz[], $8::json[]
    ) with ordinality
        as given (event, handler, need, attempt, code, priority, not_before, body, place)
    where not exists (
        select from tasks as same
        where same.event = given.event and same.handler = given.handler and same.need = given.need
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
-- handlers that publish ($6) stay while publication is paused. What was taken ahead by somebody who
-- did not come back is dropped: it was wanted by nobody else.
with lapsed as (
    delete from tasks where ahead_of is not null and status <> 'done' and due_at <= now()
),
picked as (
    select number from tasks
    where status <> 'done'
        and due_at <= now()
        and ahead_of is null
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
select
    now() as looked_at, leased.fence, leased.priority, leased.body,
    set_config('synchronous_commit', 'off', true)
from (select) as once left join leased on true
order by leased.priority desc, leased.wanted_since, leased.number;

-- name: take_tasks_ahead
-- Lease tasks after facts that are still to be told ($7): those that are there only if anybody could
-- have them.
insert into tasks as known (
    event, handler, need, attempt, code, priority, wanted_since, due_at, status, worker, fence,
    ahead_of, body
)
select
    event, handler, need, attempt, code, priority, now(), now() + $10, 'leased', $9,
    nextval('task_fences'), cause, body
from unnest(
    $1::text[], $2::text[], $3::text[], $4::integer[], $5::text[], $6::integer[], $7::text[],
    $8::json[]
) as given (event, handler, need, attempt, code, priority, cause, body)
order by event, handler, need, attempt
on conflict (event, handler, need, attempt) do update
    set status = 'leased', worker = excluded.worker, fence = excluded.fence,
        due_at = excluded.due_at
    where known.status <> 'done' and known.due_at <= now() and known.ahead_of is null
returning event, handler, need, attempt, fence, set_config('synchronous_commit', 'off', true);

-- name: renew_tasks
-- Extend leases that are still held.
with held as materialized (
    select number
    from tasks join unnest(
        $1::text[], $2::text[], $3::text[], $4::integer[], $5::text[], $6::bigint[]
    ) as given (event, handler, need, attempt, worker, fence)
        using (event, handler, need, attempt, worker, fence)
    where status = 'leased'
    order by number
    for update of tasks
)
update tasks set due_at = now() + $7
from held where tasks.number = held.number
returning fence, set_config('synchronous_commit', 'off', true);

-- name: wanted_task
-- A task that is still to be done, whoever holds it.
select number from tasks
where event = $1 and handler = $2 and need = $3 and attempt = $4 and status <> 'done';

-- name: finish_tasks
-- Close tasks under their leases; again, if need be.
with held as materialized (
    select number
    from tasks join unnest(
        $1::text[], $2::text[], $3::text[], $4::integer[], $5::text[], $6::bigint[]
    ) as given (event, handler, need, attempt, worker, fence)
        using (event, handler, need, attempt, worker, fence)
    where status in ('leased', 'done')
    order by number
    for update of tasks
)
update tasks set status = 'done'
from held where tasks.number = held.number
returning fence, set_config('synchronous_commit', 'off', true);

-- name: release_tasks
-- Give tasks back, and wake workers; drop those that nobody else wants yet.
with held as materialized (
    select number, ahead_of
    from tasks join unnest(
        $1::text[], $2::text[], $3::text[], $4::integer[], $5::text[], $6::bigint[]
    ) as given (event, handler, need, attempt, worker, fence)
        using (event, handler, need, attempt, worker, fence)
    where status = 'leased'
    order by number
    for update of tasks
),
gone as (
    delete from tasks using held where tasks.number = held.number and held.ahead_of is not null
),
freed as (
    update tasks set status = 'open', worker = null, due_at = now()
    from held where tasks.number = held.number and held.ahead_of is null
    returning tasks.number
)
select pg_notify('llama_tasks', '') from (select from freed limit 1) as news;

-- name: next_due
-- Seconds until the next task falls due that was not due at a moment; null if there is none.
select extract(epoch from min(due_at) - clock_timestamp())::float8 as seconds
from tasks where status <> 'done' and due_at > $1;

-- name: leased_handlers
-- The handlers of an event that a worker is running now.
select handler from tasks
where event = $1 and status = 'leased' and due_at > now()
order by number;
