-- Workers go on with what their own results make ready, ahead of the resolver.

alter table tasks add column ahead_of text check (octet_length(ahead_of) <= 200);
comment on table tasks is
    'Writers: dependency_resolver inserts and deletes; handler_worker leases, finishes, and inserts '
    'under a lease what it takes ahead.';
comment on column tasks.ahead_of is
    'The fact after which a worker took it, as long as dependency_resolver has not folded that: till '
    'then nobody else may take it, and it is not withdrawn but for a lease that has run out.';
create index tasks_ahead on tasks (due_at) where ahead_of is not null and status <> 'done';

-- What was granted before stays as it is; the worker's new privileges come on top.
alter function grant_roles() rename to grant_roles_before_ahead;

create function grant_roles() returns void language plpgsql as $grant$
begin
    perform grant_roles_before_ahead();
    if to_regrole('llama_worker') is not null then
        grant insert, delete on tasks to llama_worker;
    end if;
end
$grant$;
comment on function grant_roles() is
    'Gives every role that exists its privileges: call it again when roles were made later.';

do $roles$
begin
    perform grant_roles();
exception
    -- As when the first roles were made: an administrator calls it.
    when insufficient_privilege then
        raise warning 'privileges could not be given: an administrator calls grant_roles()';
end
$roles$;
