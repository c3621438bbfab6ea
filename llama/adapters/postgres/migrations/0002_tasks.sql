-- Runs that are wanted, and the workers' leases on them.

create table tasks (
    number bigint generated always as identity primary key,
    event text not null check (octet_length(event) <= 64),
    handler text not null check (octet_length(handler) <= 128),
    need text not null check (octet_length(need) <= 64),
    attempt integer not null check (attempt > 0),
    code text not null check (char_length(code) <= 100),
    priority integer not null,
    wanted_since timestamptz not null,
    status text not null default 'open' check (status in ('open', 'leased', 'done')),
    due_at timestamptz not null,
    worker text check (octet_length(worker) <= 200),
    fence bigint not null default 0,
    body json not null,
    unique (event, handler, need, attempt)
);
comment on table tasks is
    'Writers: dependency_resolver inserts and deletes; handler_worker leases and finishes.';
comment on column tasks.due_at is
    'When a worker may take it: from the start, after a cool-down, or when its lease has run out.';
comment on column tasks.wanted_since is 'The place in the queue among tasks of one priority.';

create index tasks_in_order on tasks (priority desc, wanted_since, number) where status <> 'done';
create index tasks_by_due_time on tasks (due_at) where status <> 'done';

create sequence task_fences;
comment on sequence task_fences is
    'One counter for all tasks: a task that is withdrawn and wanted again gets no old fence.';
