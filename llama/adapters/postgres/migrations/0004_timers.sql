-- Contents that will expire. All of it follows from the states.

create table timers (
    event text not null check (octet_length(event) <= 64),
    handler text not null check (octet_length(handler) <= 128),
    generation text not null check (char_length(generation) <= 200),
    due_at timestamptz not null,
    rings_at timestamptz not null,
    primary key (event, handler, generation)
);
comment on table timers is 'Writer: dependency_resolver.';
comment on column timers.rings_at is
    'When it is handed out next: when it is due, then again and again until it is dropped.';

create index timers_by_ring on timers (rings_at);
