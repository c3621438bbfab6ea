-- name: list_events
-- Events, the latest merger first; an event without a merger time goes by its notice's.
select
    event, alert_type, time_created, event_time, significant, is_test, retracted, settled, flags,
    files, changed_at, far, classification, labels, first_at, modified_at
from events
order by coalesce(event_time, time_created) desc, event desc
limit $1;

-- name: select_events
-- Events that meet criteria: `criteria.py` says which, in which order, and how many.
select
    event, alert_type, time_created, event_time, significant, is_test, retracted, settled, flags,
    files, changed_at, far, classification, labels, first_at, modified_at
from events

-- name: plan_anew
-- Have the statements of this transaction planned for their values.
set local plan_cache_mode = force_custom_plan;

-- name: common_words
-- The words that many events have, as far as PostgreSQL has counted.
select attname as column, most_common_elems::text::text[] as words
from pg_stats
where schemaname = any(current_schemas(false)) and tablename = 'events' and attname = any($1);

-- name: list_files
-- The files of an event, ancestors first.
select file, handler, status, reason, version, digest, size
from files where event = $1
order by position;

-- name: list_facts
-- What happened to an event, in order.
select sequence, partition, log_offset, id, kind, occurred_at, outcome, body
from facts where event = $1
order by sequence, partition, log_offset;

-- name: list_revisions
-- The revisions of an event, oldest first.
select body from revisions where event = $1 order by number;

-- name: find_receipt
-- What became of a record of an alert topic.
select event, dead_letter, reason, fact_partition, fact_offset, neutrino, external_trigger
from receipts where topic = $1 and partition = $2 and log_offset = $3;
