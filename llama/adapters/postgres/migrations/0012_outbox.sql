-- What handlers have told the world: written down before it is sent, and after.

create table outbox (
    event text not null check (octet_length(event) <= 64),
    handler text not null check (octet_length(handler) <= 128),
    number integer not null check (number > 0),
    key text not null check (octet_length(key) <= 200),
    topic text not null check (octet_length(topic) <= 200),
    digest text not null check (octet_length(digest) = 64),
    content bytea not null,
    state text not null default 'in_doubt' check (state in ('in_doubt', 'sent')),
    began_at timestamptz not null default now(),
    sent_at timestamptz,
    answer json,
    primary key (event, handler, number),
    unique (event, handler, key),
    check ((state = 'sent') = (sent_at is not null and answer is not null))
);
comment on table outbox is
    'Writers: handler_worker; an operator, who settles what is in doubt.';
comment on column outbox.state is
    'In doubt while it is being sent, and for good if the sender died meanwhile.';

create index outbox_in_doubt on outbox (began_at) where state = 'in_doubt';
create index outbox_by_time on outbox (began_at desc);

-- What was granted before stays as it is; the worker's own table comes on top.
alter function grant_roles() rename to grant_roles_before_outbox;

create function grant_roles() returns void language plpgsql as $grant$
begin
    perform grant_roles_before_outbox();
    if to_regrole('llama_worker') is not null then
        -- What is to be sent, and as whose, is written once; what came of it is written later.
        grant insert, delete, update (state, sent_at, answer) on table outbox to llama_worker;
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
