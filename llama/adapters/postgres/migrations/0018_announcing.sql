-- Announcing: a consumer that keeps its place, its states, and the standing selections.

create table selections (
    name text primary key check (octet_length(name) <= 64),
    criteria text not null check (char_length(criteria) <= 10000),
    definition text not null check (char_length(definition) <= 200),
    defined_at timestamptz not null,
    defined_by text not null check (char_length(defined_by) <= 2000),
    reason text not null check (char_length(reason) <= 2000)
);
comment on table selections is 'Writer: announcing. What llama.selections amounts to.';
comment on column selections.definition is 'Id of the fact that defined it.';

-- What was granted before stays as it is; the new role's privileges come on top.
alter function grant_roles() rename to grant_roles_before_announcing;

create function grant_roles() returns void language plpgsql as $grant$
begin
    perform grant_roles_before_announcing();
    if to_regrole('llama_announcing') is not null then
        grant usage on schema public to llama_announcing;
        grant select on offsets, states, facts to llama_announcing;
        grant insert, update on offsets, states to llama_announcing;
        grant select, insert, update, delete on selections to llama_announcing;
    end if;
end
$grant$;
comment on function grant_roles() is
    'Gives every role that exists its privileges: call it again when roles were made later.';

do $roles$
begin
    begin
        if to_regrole('llama_announcing') is null then
            create role llama_announcing nologin;
        end if;
        grant llama_announcing to current_user;
    exception
        -- Two databases of one server may be migrated at once.
        when duplicate_object or unique_violation then null;
        -- A managed server, perhaps: an administrator makes the role, and calls grant_roles().
        when insufficient_privilege then
            raise warning 'role llama_announcing could not be made: it goes on as who migrates';
    end;
    perform grant_roles();
exception
    -- As when the first roles were made: an administrator calls it.
    when insufficient_privilege then
        raise warning 'privileges could not be given: an administrator calls grant_roles()';
end
$roles$;
