-- Sources of alerts: how each stands, when one was not heard, and where a copy came from.

create table sources (
    source text primary key check (octet_length(source) <= 200),
    standing json not null,
    kept_at timestamptz not null default now()
);
comment on table sources is 'Writer: trigger_ingest, every few seconds.';

create table source_gaps (
    id text primary key check (char_length(id) <= 200),
    source text not null check (octet_length(source) <= 200),
    why text not null check (octet_length(why) <= 40),
    since timestamptz not null,
    until timestamptz,
    detail text not null check (char_length(detail) <= 2000),
    caught_up_at timestamptz,
    records bigint check (records >= 0)
);
comment on table source_gaps is 'Writer: projection. It can be rebuilt.';
create index source_gaps_by_time on source_gaps (since desc, id);

alter table receipts add column origin json;
comment on column receipts.origin is 'Where a source had the record that was copied; null: nowhere.';

-- What was granted before stays as it is; these tables come on top.
alter function grant_roles() rename to grant_roles_before_sources;

create function grant_roles() returns void language plpgsql as $grant$
begin
    perform grant_roles_before_sources();
    if to_regrole('llama_ingest') is not null then
        grant insert, update on table sources to llama_ingest;
    end if;
    if to_regrole('llama_projection') is not null then
        grant insert, update, delete on table source_gaps to llama_projection;
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
