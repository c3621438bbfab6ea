-- Who may write what: one role for each service that uses the database. The gateway only reads.

create function grant_roles() returns void language plpgsql as $grant$
declare
    readers constant text[] := array[
        'llama_ingest', 'llama_resolver', 'llama_worker', 'llama_versioning', 'llama_projection',
        'llama_gateway'
    ];
    consumers constant text[] := array[
        'llama_ingest', 'llama_resolver', 'llama_versioning', 'llama_projection'
    ];
    role_name text;
    writes record;
begin
    foreach role_name in array readers loop
        if to_regrole(role_name) is null then
            continue;
        end if;
        execute format('grant usage on schema public to %I', role_name);
        execute format('grant select on all tables in schema public to %I', role_name);
        if role_name = any (consumers) then
            execute format('grant insert, update on offsets, states to %I', role_name);
        end if;
    end loop;
    for writes in
        select grantee, privileges, tables from (values
            ('llama_ingest', 'insert, update', 'table receipts'),
            ('llama_resolver', 'insert, update, delete', 'table tasks, timers'),
            ('llama_resolver', 'insert', 'table deployments'),
            ('llama_worker', 'update', 'table tasks'),
            ('llama_worker', 'usage', 'sequence task_fences'),
            ('llama_versioning', 'insert, update', 'table heads'),
            (
                'llama_projection', 'insert, update, delete',
                'table facts, places, events, files, file_versions, flag_changes, holds, '
                'failures, revisions, dead_letters'
            )
        ) as given (grantee, privileges, tables)
        where to_regrole(grantee) is not null
    loop
        execute format(
            'grant %s on %s to %I', writes.privileges, writes.tables, writes.grantee
        );
    end loop;
end
$grant$;
comment on function grant_roles() is
    'Gives every role that exists its privileges: call it again when roles were made later.';

do $roles$
declare
    role_name text;
begin
    foreach role_name in array array[
        'llama_ingest', 'llama_resolver', 'llama_worker', 'llama_versioning', 'llama_projection',
        'llama_gateway'
    ] loop
        begin
            if to_regrole(role_name) is null then
                execute format('create role %I nologin', role_name);
            end if;
            execute format('grant %I to current_user', role_name);
        exception
            -- Two databases of one server may be migrated at once.
            when duplicate_object or unique_violation then null;
            -- A managed server, perhaps: an administrator makes the roles, and calls grant_roles().
            when insufficient_privilege then
                raise warning 'role % could not be made: services go on as who migrates', role_name;
        end;
    end loop;
    perform grant_roles();
end
$roles$;
