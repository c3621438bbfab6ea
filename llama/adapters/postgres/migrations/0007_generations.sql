-- The read models are of a generation: `llama rebuild` makes the next one beside the live one.

-- Every state that is there was folded by the first version of the fold.
alter table states add column fold_version integer not null default 1 check (fold_version >= 0);
alter table states alter column fold_version drop default;
comment on column states.fold_version is
    'What folded it: a state of another version is folded again from the facts of its event.';

create table generations (
    number integer primary key check (number > 0),
    fold_version integer not null check (fold_version >= 0),
    migration integer not null,
    is_live boolean not null,
    begun_at timestamptz not null default now(),
    switched_at timestamptz
);
comment on table generations is 'Writer: `llama rebuild`. One is live, at most one is being built.';
create unique index generations_live on generations (is_live);
insert into generations (number, fold_version, migration, is_live, switched_at)
values (1, 1, 7, true, now());
