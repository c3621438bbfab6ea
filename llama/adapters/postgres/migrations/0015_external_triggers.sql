-- Other observatories' triggers that notices have told of, each as its newest revision has it.
-- It can be rebuilt.

create table external_triggers (
    observatory text not null check (octet_length(observatory) <= 40),
    trigger text not null check (octet_length(trigger) <= 64),
    is_test boolean not null,
    revision integer not null check (revision >= 0),
    sent_at timestamptz not null,
    at timestamptz not null,
    kind text not null check (octet_length(kind) <= 40),
    instrument text not null check (octet_length(instrument) <= 64),
    name text not null check (octet_length(name) <= 64),
    ra_deg double precision check (ra_deg >= 0 and ra_deg < 360),
    dec_deg double precision check (dec_deg between -90 and 90),
    error_deg double precision check (error_deg > 0),
    containment double precision check (containment > 0 and containment < 1),
    far_hz double precision check (far_hz >= 0),
    classification json not null,
    map_url text check (octet_length(map_url) <= 600),
    retracted boolean not null,
    raw text not null check (raw ~ '^[0-9a-f]{64}$'),
    message text not null check (char_length(message) <= 200),
    primary key (observatory, trigger, is_test)
);
comment on table external_triggers is 'Writer: projection.';
comment on column external_triggers.is_test is
    'In the key: a test never takes the place of a real one.';
comment on column external_triggers.raw is 'The artifact with the notice as it came.';
create index external_triggers_by_time on external_triggers (at desc);

alter table receipts add column external_trigger text
    check (octet_length(external_trigger) <= 110);
comment on column receipts.external_trigger is
    'Observatory and id of what the record tells of, where that is no event and no neutrino.';

-- What was granted before stays as it is; the projection's new table comes on top.
alter function grant_roles() rename to grant_roles_before_external_triggers;

create function grant_roles() returns void language plpgsql as $grant$
begin
    perform grant_roles_before_external_triggers();
    if to_regrole('llama_projection') is not null then
        grant insert, update, delete on table external_triggers to llama_projection;
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
