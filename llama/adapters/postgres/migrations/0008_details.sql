-- How flags changed, what operators hold back, and what has failed: all of it follows from the log.

create table flag_changes (
    event text not null check (octet_length(event) <= 64),
    sequence bigint not null,
    flag text not null check (octet_length(flag) <= 40),
    value text not null check (octet_length(value) <= 40),
    by text not null check (char_length(by) <= 2000),
    reason text not null check (char_length(reason) <= 2000),
    fact text not null check (char_length(fact) <= 200),
    at timestamptz not null,
    primary key (event, sequence, flag)
);
comment on table flag_changes is 'Writer: projection. Every value that a flag got.';

create table holds (
    event text not null check (octet_length(event) <= 64),
    handler text not null check (octet_length(handler) <= 128),
    hold text not null check (hold in ('vetoed', 'frozen')),
    reason text not null check (char_length(reason) <= 2000),
    primary key (event, handler, hold)
);
comment on table holds is 'Writer: projection. The vetoes and freezes that are in force.';

create table failures (
    event text not null check (octet_length(event) <= 64),
    handler text not null check (octet_length(handler) <= 128),
    need text not null check (octet_length(need) <= 64),
    attempt integer not null,
    number integer not null,
    error text not null check (octet_length(error) <= 40),
    message text not null check (char_length(message) <= 2000),
    at timestamptz not null,
    retry_at timestamptz,
    primary key (event, handler)
);
comment on table failures is
    'Writer: projection. What the present need of a handler has met with last.';
comment on column failures.retry_at is 'Null: it has failed for good.';
create index failures_by_time on failures (at desc, event, handler);

-- What is on the log already is not in these tables until `llama rebuild` has run.
update generations set fold_version = 0 where is_live and exists (select 1 from facts);
