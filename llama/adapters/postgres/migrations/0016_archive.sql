-- Copies of notices, each with where it came from and what became of it; and what operators have
-- done about dead letters. Both are made from the log, and can be made again.

create table notice_copies (
    topic text collate "C" not null check (octet_length(topic) <= 249),
    source_partition integer not null check (source_partition >= 0),
    source_offset bigint not null check (source_offset >= 0),
    received_at timestamptz not null,
    name text not null check (char_length(name) <= 2000),
    raw text collate "C" not null check (octet_length(raw) = 64 and raw !~ '[^0-9a-f]'),
    size bigint not null check (size >= 0),
    is_test boolean not null,
    became text collate "C" not null check (
        became in ('event', 'neutrino', 'external_trigger', 'refused')
    ),
    subject text not null check (char_length(subject) <= 200),
    reason text not null check (octet_length(reason) <= 60),
    identity text not null check (octet_length(identity) <= 200),
    message text collate "C" not null check (char_length(message) <= 200),
    partition integer not null,
    log_offset bigint not null,
    primary key (topic, source_partition, source_offset)
);
comment on table notice_copies is 'Writer: projection.';
comment on column notice_copies.subject is 'The event, the neutrino, the trigger, or the dead letter.';
comment on column notice_copies.identity is
    'Equal for all copies of one notice; of what was refused, for equal bytes.';
comment on column notice_copies.log_offset is
    'Of the message that it became: of equal copies the first on the log is no repeat.';
create index notice_copies_by_time
    on notice_copies (received_at, topic, source_partition, source_offset);
create index notice_copies_by_subject on notice_copies (subject, received_at);
create index notice_copies_by_identity on notice_copies (identity, became, partition, log_offset);
create index notice_copies_by_raw on notice_copies (raw);

alter table dead_letters
    add column state text not null default 'open' check (state in ('open', 'redriven', 'dropped')),
    add column closed bytea check ((state = 'open') = (closed is null)),
    add column topic text collate "C" check (octet_length(topic) <= 249),
    add column source_partition integer,
    add column source_offset bigint,
    add column sent_topic text collate "C" check (octet_length(sent_topic) <= 249),
    add column sent_partition integer,
    add column sent_offset bigint;
comment on column dead_letters.closed is 'The message that closed it.';
comment on column dead_letters.sent_topic is 'Where its bytes came in again.';
create index dead_letters_open on dead_letters (occurred_at desc, id desc) where state = 'open';
create index dead_letters_sent on dead_letters (sent_topic, sent_partition, sent_offset)
    where sent_topic is not null;

-- Rows from before. What notices said of events is among the facts; of neutrinos and dead letters the
-- topics tell, which the projection reads once more: what it shows already stays as it is.
update dead_letters set
    topic = told -> 'source' ->> 'topic',
    source_partition = (told -> 'source' ->> 'partition')::integer,
    source_offset = (told -> 'source' ->> 'offset')::bigint
from (select id as told_by, convert_from(body, 'UTF8')::json as told from dead_letters) as bodies
where id = told_by;
insert into notice_copies (
    topic, source_partition, source_offset, received_at, name, raw, size, is_test, became, subject,
    reason, identity, message, partition, log_offset
)
select
    told -> 'source' ->> 'topic', (told -> 'source' ->> 'partition')::integer,
    (told -> 'source' ->> 'offset')::bigint, occurred_at, '', told ->> 'raw',
    (told ->> 'raw_size')::bigint, coalesce((told ->> 'is_test')::boolean, false), 'event', event,
    '', told ->> 'notice', id, partition, log_offset
from (
    select *, convert_from(body, 'UTF8')::json as told from facts where kind = 'TriggerReceived'
) as notices
order by occurred_at, id collate "C"
on conflict (topic, source_partition, source_offset) do nothing;
delete from offsets
where consumer = 'projection'
    and topic in ('llama.dead-letters', 'llama.v1.neutrinos', 'llama.v1.external-triggers');

-- What was granted before stays as it is; the projection's new table comes on top.
alter function grant_roles() rename to grant_roles_before_archive;

create function grant_roles() returns void language plpgsql as $grant$
begin
    perform grant_roles_before_archive();
    if to_regrole('llama_projection') is not null then
        grant insert, update, delete on table notice_copies to llama_projection;
    end if;
end
$grant$;
comment on function grant_roles() is
    'Gives every role that exists its privileges: call it again when roles were made later.';

do $roles$
begin
    perform grant_roles();
exception
    -- As when the roles were made: an administrator calls it.
    when insufficient_privilege then
        raise warning 'privileges could not be given: an administrator calls grant_roles()';
end
$roles$;
