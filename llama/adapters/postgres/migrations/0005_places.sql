-- Where lists put an event, and since when: what an earlier list is put in order by.

create table places (
    event text collate "C" not null check (octet_length(event) <= 64),
    sequence bigint not null,
    since timestamptz not null,
    place timestamptz not null,
    primary key (event, sequence)
);
comment on table places is
    'Writer: projection. since: the running maximum of occurred_at at the fact that put it there.';
create index places_in_order on places (place, event);

create index facts_by_time on facts (occurred_at, event collate "C");

-- What is on the log already: every place that an event can have had, if not each at its time.
insert into places (event, sequence, since, place)
select
    event, sequence, since,
    coalesce((told ->> 'event_time')::timestamptz, (told ->> 'time_created')::timestamptz, since)
from (
    select
        event, sequence, kind, convert_from(body, 'UTF8')::json as told,
        max(occurred_at) over (partition by event order by sequence) as since,
        bool_or(kind = 'TriggerReceived') over (partition by event order by sequence) as is_noticed
    from facts
) as dated
where kind = 'TriggerReceived' or not is_noticed
on conflict (event, sequence) do nothing;
