-- What events were while nothing happened to them for long: lists as of a moment are read from it.

create table event_spans (
    until timestamptz not null,
    like events including defaults including constraints,
    primary key (event, sequence),
    check (until > changed_at)
);
comment on table event_spans is
    'Writer: projection. Rows of `events`, as they were from `changed_at` on. A column that one of '
    'the two tables gets, the other gets, too.';
comment on column event_spans.until is 'When something happened again: no part of the span.';
create index event_spans_by_time on event_spans using gist (tstzrange(changed_at, until));

-- Of long ago: what has not changed since.
create index events_by_last_fact on events (changed_at);

-- What put lists of the past in order before; an in-order walk of it folded all it came by.
drop table places;

create or replace function grant_roles() returns void language plpgsql as $grant$
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
                'table facts, events, event_spans, files, file_versions, flag_changes, holds, '
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

do $roles$
begin
    perform grant_roles();
exception
    -- As when the roles were made: an administrator calls it.
    when insufficient_privilege then
        raise warning 'privileges could not be given: an administrator calls grant_roles()';
end
$roles$;

-- Spans that are over already are not in the table until `llama rebuild` has run.
update generations set fold_version = 0 where is_live and exists (select 1 from facts);
