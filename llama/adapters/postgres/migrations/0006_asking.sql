-- What events are asked for by: one row says all that criteria judge.

-- Ids are ordered by their bytes, as everywhere else, whatever the database's language.
alter table events alter column event type text collate "C";
alter table events
    add column far double precision,
    add column classification text check (octet_length(classification) <= 32),
    add column classes jsonb not null default '{}',
    add column first_at timestamptz,
    add column modified_at timestamptz,
    add column vetoed boolean not null default false,
    add column manual boolean not null default false,
    add column shown_files text[] not null default '{}',
    add column complete_handlers text[] not null default '{}',
    add column recorded_handlers text[] not null default '{}',
    add column statuses text[] not null default '{}',
    add column obsolete_files text[] not null default '{}',
    add column flag_words text[] not null default '{}',
    add column labels text[] not null default '{}';
comment on column events.far is 'False alarm rate in Hz, of the newest notice that tells it.';
comment on column events.classification is 'The most probable of the classes.';
comment on column events.first_at is 'When its first file came.';
comment on column events.modified_at is 'When a file last came, got another content, or went.';
comment on column events.complete_handlers is 'Handlers all of whose files may be shown.';
comment on column events.recorded_handlers is 'Handlers with a record of an accepted run.';
comment on column events.flag_words is 'Every flag with its value: ROLE:test, UPLOAD:false.';

-- Rows from before. Rates and classes were not on the log; the label `external` needs a rebuild.
update events set
    first_at = (states.state ->> 'first_file_at')::timestamptz,
    modified_at = (states.state ->> 'tree_changed_at')::timestamptz,
    vetoed = (events.flags ->> 'VETOED')::boolean,
    manual = (events.flags ->> 'MANUAL')::boolean,
    shown_files = array(
        select file from files where files.event = events.event and digest is not null
    ),
    complete_handlers = array(
        select handler from files where files.event = events.event
        group by handler having bool_and(digest is not null)
    ),
    recorded_handlers = array(select json_object_keys(states.state -> 'made')),
    statuses = array(select distinct status from files where files.event = events.event),
    obsolete_files = array(
        select file from files where files.event = events.event and status = 'obsolete'
    ),
    flag_words = array(select key || ':' || value from json_each_text(events.flags))
from states where states.consumer = 'projection' and states.event = events.event;
update events set labels = array_remove(array[
    case when retracted then 'retracted' else nullif(lower(alert_type), '') end,
    case when significant then 'significant' when not significant then 'low_significance' end,
    case when is_test then 'test' end
], null);

create index events_by_time on events (event_time desc, event);
create index events_by_change on events (modified_at, event);
create index events_by_first_file on events (first_at, event);
create index events_by_rate on events (far, event);
-- One index for all sets, so that several criteria meet in it; a short list of what is pending, for
-- every question reads all of that.
create index events_by_words on events using gin (
    shown_files, complete_handlers, recorded_handlers, statuses, obsolete_files, flag_words, labels
) with (gin_pending_list_limit = 256);
