-- The live board of the stream monitor: a view in one row, made from the log anew at each start.

create table boards (
    name text primary key check (name = 'live'),
    board json not null,
    kept_at timestamptz not null default now()
);
comment on table boards is 'Writer: stream_monitor, every few seconds. It can be rebuilt.';

-- What was granted before stays as it is; the new role's privileges come on top.
alter function grant_roles() rename to grant_roles_before_board;

create function grant_roles() returns void language plpgsql as $grant$
begin
    perform grant_roles_before_board();
    if to_regrole('llama_monitor') is not null then
        grant usage on schema public to llama_monitor;
        grant select, insert, update on boards to llama_monitor;
    end if;
end
$grant$;
comment on function grant_roles() is
    'Gives every role that exists its privileges: call it again when roles were made later.';

do $roles$
begin
    begin
        if to_regrole('llama_monitor') is null then
            create role llama_monitor nologin;
        end if;
        grant llama_monitor to current_user;
    exception
        -- Two databases of one server may be migrated at once.
        when duplicate_object or unique_violation then null;
        -- A managed server, perhaps: an administrator makes the role, and calls grant_roles().
        when insufficient_privilege then
            raise warning 'role llama_monitor could not be made: it goes on as who migrates';
    end;
    perform grant_roles();
exception
    -- As when the first roles were made: an administrator calls it.
    when insufficient_privilege then
        raise warning 'privileges could not be given: an administrator calls grant_roles()';
end
$roles$;
