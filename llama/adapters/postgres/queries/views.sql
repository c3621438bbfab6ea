-- name: show_facts
-- Show facts of some events.
insert into facts (
    partition, log_offset, event, sequence, id, kind, occurred_at, outcome, body
)
select * from unnest(
    $1::integer[], $2::bigint[], $3::text[], $4::bigint[], $5::text[], $6::text[],
    $7::timestamptz[], $8::text[], $9::bytea[]
)
on conflict (partition, log_offset) do update set
    event = excluded.event,
    sequence = excluded.sequence,
    id = excluded.id,
    kind = excluded.kind,
    occurred_at = excluded.occurred_at,
    outcome = excluded.outcome,
    body = excluded.body;

-- name: show_events
-- Show some events as they are now; sets come as words between blanks.
insert into events (
    event, alert_type, time_created, event_time, significant, is_test, retracted, settled, flags,
    files, changed_at, sequence, far, classification, classes, first_at, modified_at, vetoed,
    manual, shown_files, complete_handlers, recorded_handlers, statuses, obsolete_files,
    flag_words, labels
)
select
    event, alert_type, time_created, event_time, significant, is_test, retracted, settled, flags,
    files, changed_at, sequence, far, classification, classes, first_at, modified_at, vetoed,
    manual, string_to_array(shown_files, ' '), string_to_array(complete_handlers, ' '),
    string_to_array(recorded_handlers, ' '), string_to_array(statuses, ' '),
    string_to_array(obsolete_files, ' '), string_to_array(flag_words, ' '),
    string_to_array(labels, ' ')
from unnest(
    $1::text[], $2::text[], $3::timestamptz[], $4::timestamptz[], $5::boolean[], $6::boolean[],
    $7::boolean[], $8::boolean[], $9::json[], $10::json[], $11::timestamptz[], $12::bigint[],
    $13::double precision[], $14::text[], $15::jsonb[], $16::timestamptz[], $17::timestamptz[],
    $18::boolean[], $19::boolean[], $20::text[], $21::text[], $22::text[], $23::text[],
    $24::text[], $25::text[], $26::text[]
) as shown (
    event, alert_type, time_created, event_time, significant, is_test, retracted, settled, flags,
    files, changed_at, sequence, far, classification, classes, first_at, modified_at, vetoed,
    manual, shown_files, complete_handlers, recorded_handlers, statuses, obsolete_files,
    flag_words, labels
)
on conflict (event) do update set
    alert_type = excluded.alert_type,
    time_created = excluded.time_created,
    event_time = excluded.event_time,
    significant = excluded.significant,
    is_test = excluded.is_test,
    retracted = excluded.retracted,
    settled = excluded.settled,
    flags = excluded.flags,
    files = excluded.files,
    changed_at = excluded.changed_at,
    sequence = excluded.sequence,
    far = excluded.far,
    classification = excluded.classification,
    classes = excluded.classes,
    first_at = excluded.first_at,
    modified_at = excluded.modified_at,
    vetoed = excluded.vetoed,
    manual = excluded.manual,
    shown_files = excluded.shown_files,
    complete_handlers = excluded.complete_handlers,
    recorded_handlers = excluded.recorded_handlers,
    statuses = excluded.statuses,
    obsolete_files = excluded.obsolete_files,
    flag_words = excluded.flag_words,
    labels = excluded.labels;

-- name: hide_files
-- Drop the files of some events that are not among those to be shown.
delete from files
where event = any($1::text[])
    and (event, file) not in (select * from unnest($2::text[], $3::text[]));

-- name: show_files
-- Show files as they are now; rows that say so already are left alone.
insert into files as known (
    event, file, position, handler, status, reason, version, digest, size
)
select * from unnest(
    $1::text[], $2::text[], $3::integer[], $4::text[], $5::text[], $6::text[], $7::integer[],
    $8::text[], $9::bigint[]
)
on conflict (event, file) do update set
    position = excluded.position,
    handler = excluded.handler,
    status = excluded.status,
    reason = excluded.reason,
    version = excluded.version,
    digest = excluded.digest,
    size = excluded.size
where (
    known.position, known.handler, known.status, known.reason, known.version, known.digest,
    known.size
) is distinct from (
    excluded.position, excluded.handler, excluded.status, excluded.reason, excluded.version,
    excluded.digest, excluded.size
);

-- name: show_file_versions
-- Show contents that files have had.
insert into file_versions (event, file, version, digest, size, fact, made_at)
select * from unnest(
    $1::text[], $2::text[], $3::integer[], $4::text[], $5::bigint[], $6::text[],
    $7::timestamptz[]
)
on conflict (event, file, version) do update set
    digest = excluded.digest,
    size = excluded.size,
    fact = excluded.fact,
    made_at = excluded.made_at;

-- name: show_revisions
-- Show revisions of histories.
insert into revisions (event, number, commit, body)
select * from unnest($1::text[], $2::integer[], $3::text[], $4::bytea[])
on conflict (event, number) do update set commit = excluded.commit, body = excluded.body;
