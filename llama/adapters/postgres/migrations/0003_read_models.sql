-- What the log amounts to, in tables that answer questions. All of it can be rebuilt.

create table events (
    event text primary key check (octet_length(event) <= 64),
    alert_type text not null check (octet_length(alert_type) <= 40),
    time_created timestamptz not null,
    event_time timestamptz,
    significant boolean,
    is_test boolean not null,
    retracted boolean not null,
    settled boolean not null,
    flags json not null,
    files json not null,
    changed_at timestamptz not null,
    sequence bigint not null
);
comment on table events is 'Writer: projection.';
create index events_by_merger on events (coalesce(event_time, time_created) desc, event desc);

create table files (
    event text not null check (octet_length(event) <= 64),
    file text not null check (octet_length(file) <= 128),
    position integer not null,
    handler text not null check (octet_length(handler) <= 128),
    status text not null check (octet_length(status) <= 40),
    reason text not null check (char_length(reason) <= 2000),
    version integer,
    digest text check (digest ~ '^[0-9a-f]{64}$'),
    size bigint check (size >= 0),
    primary key (event, file)
);
comment on table files is 'Writer: projection. position: place in the pipeline, ancestors first.';

create table file_versions (
    event text not null check (octet_length(event) <= 64),
    file text not null check (octet_length(file) <= 128),
    version integer not null,
    digest text not null check (digest ~ '^[0-9a-f]{64}$'),
    size bigint not null check (size >= 0),
    fact text not null check (char_length(fact) <= 200),
    made_at timestamptz not null,
    primary key (event, file, version)
);
comment on table file_versions is 'Writer: projection. Every content that a file ever had.';

create table facts (
    partition integer not null,
    log_offset bigint not null,
    event text not null check (octet_length(event) <= 64),
    sequence bigint not null,
    id text not null check (char_length(id) <= 200),
    kind text not null check (octet_length(kind) <= 60),
    occurred_at timestamptz not null,
    outcome text not null check (octet_length(outcome) <= 40),
    body bytea not null,
    primary key (partition, log_offset)
);
comment on table facts is 'Writer: projection.';
create index facts_by_event on facts (event, sequence);

create table revisions (
    event text not null check (octet_length(event) <= 64),
    number integer not null,
    commit text not null check (commit ~ '^[0-9a-f]{40}$'),
    body bytea not null,
    primary key (event, number)
);
comment on table revisions is 'Writer: projection.';

create table dead_letters (
    id text primary key check (char_length(id) <= 200),
    occurred_at timestamptz not null,
    reason text not null check (octet_length(reason) <= 60),
    body bytea not null
);
comment on table dead_letters is 'Writer: projection.';
create index dead_letters_by_time on dead_letters (occurred_at desc, id desc);
