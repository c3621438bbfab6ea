-- When nothing was published because somebody had said so, and who went on with it.

create table pauses (
    number integer generated always as identity primary key,
    paused_by text not null check (octet_length(paused_by) <= 200),
    pause_reason text not null check (octet_length(pause_reason) <= 2000),
    paused_at timestamptz not null default now(),
    resumed_by text check (octet_length(resumed_by) <= 200),
    resume_reason text check (octet_length(resume_reason) <= 2000),
    resumed_at timestamptz,
    check ((resumed_at is null) = (resumed_by is null and resume_reason is null))
);
comment on table pauses is 'Writer: an operator. It is no projection: it belongs into backups.';
create unique index pauses_one_at_a_time on pauses ((true)) where resumed_at is null;

-- A table that is only read needs no grant of its own but that which all readers have.
do $roles$
begin
    perform grant_roles();
exception
    -- As when the roles were made: an administrator calls it.
    when insufficient_privilege then
        raise warning 'privileges could not be given: an administrator calls grant_roles()';
end
$roles$;
