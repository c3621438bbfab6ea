-- name: expect_timers
-- Make these the timers of an event. What is there stays as it is; what is new wakes the resolver.
with dropped as (
    delete from timers
    where event = $1
        and (handler, generation) not in (select * from unnest($2::text[], $3::text[]))
),
added as (
    insert into timers (event, handler, generation, due_at, rings_at)
    select $1, handler, generation, due_at, due_at
    from unnest($2::text[], $3::text[], $4::timestamptz[]) as given (handler, generation, due_at)
    on conflict (event, handler, generation) do nothing
    returning event
)
select pg_notify('llama_timers', '') from (select from added limit 1) as news;

-- name: take_due_timers
-- Hand out due timers, the earliest first; each rings again after a while.
with due as (
    select event, handler, generation, rings_at from timers
    where rings_at <= now()
    order by rings_at, event, handler, generation
    limit $1
    for update skip locked
),
taken as (
    update timers set rings_at = now() + $2
    from due
    where (timers.event, timers.handler, timers.generation)
        = (due.event, due.handler, due.generation)
    returning timers.event, timers.handler, timers.generation, due_at, due.rings_at as rang_at
)
select event, handler, generation, due_at from taken order by rang_at, event, handler, generation;

-- name: next_ring
-- Seconds until the next timer rings; null if there is none.
select extract(epoch from min(rings_at) - clock_timestamp())::float8 as seconds from timers;
