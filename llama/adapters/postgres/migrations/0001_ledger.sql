-- How far every consumer has read, and what it has folded so far.
-- All of it can be rebuilt from the log, but for the deployments.

create table offsets (
    consumer text not null check (octet_length(consumer) <= 200),
    topic text not null check (octet_length(topic) <= 249),
    partition integer not null check (partition >= 0),
    next_offset bigint not null check (next_offset >= 0),
    primary key (consumer, topic, partition)
);
comment on table offsets is 'Writer: every consumer, its own rows. The fence of its transactions.';

-- json, not jsonb: a state comes back as it was written, and nothing here looks inside.
create table states (
    consumer text not null check (octet_length(consumer) <= 200),
    event text not null check (octet_length(event) <= 64),
    sequence bigint not null,
    state json not null,
    primary key (consumer, event)
);
comment on table states is 'Writer: every consumer, its own rows.';

create table heads (
    consumer text not null check (octet_length(consumer) <= 200),
    event text not null check (octet_length(event) <= 64),
    number integer not null check (number >= 0),
    commit text not null check (commit ~ '^[0-9a-f]{40}$'),
    tree json not null,
    primary key (consumer, event)
);
comment on table heads is 'Writer: versioning.';

create table receipts (
    topic text not null check (octet_length(topic) <= 249),
    partition integer not null,
    log_offset bigint not null,
    event text check (octet_length(event) <= 64),
    dead_letter text check (char_length(dead_letter) <= 200),
    reason text check (char_length(reason) <= 2000),
    fact_partition integer,
    fact_offset bigint,
    primary key (topic, partition, log_offset)
);
comment on table receipts is 'Writer: trigger_ingest.';

create table deployments (
    epoch integer primary key,
    manifest_digest text not null check (manifest_digest ~ '^[0-9a-f]{64}$'),
    deployed_at timestamptz not null default now()
);
comment on table deployments is 'Writer: dependency_resolver. Not rebuildable: back it up.';
