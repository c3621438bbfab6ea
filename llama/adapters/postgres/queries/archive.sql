-- name: show_copies
-- Show copies of notices; of several messages about one record the least counts.
insert into notice_copies as known (
    topic, source_partition, source_offset, received_at, name, raw, size, is_test, became, subject,
    reason, identity, message, partition, log_offset, origin
)
select * from unnest(
    $1::text[], $2::integer[], $3::bigint[], $4::timestamptz[], $5::text[], $6::text[],
    $7::bigint[], $8::boolean[], $9::text[], $10::text[], $11::text[], $12::text[], $13::text[],
    $14::integer[], $15::bigint[], $16::text[]
)
on conflict (topic, source_partition, source_offset) do update set
    received_at = excluded.received_at,
    name = excluded.name,
    raw = excluded.raw,
    size = excluded.size,
    is_test = excluded.is_test,
    became = excluded.became,
    subject = excluded.subject,
    reason = excluded.reason,
    identity = excluded.identity,
    message = excluded.message,
    partition = excluded.partition,
    log_offset = excluded.log_offset,
    origin = excluded.origin
where (excluded.became, excluded.received_at, excluded.message)
    < (known.became, known.received_at, known.message);

-- name: list_copies
-- Copies of notices behind a place, the newest first.
select
    copy.received_at, copy.topic, copy.source_partition, copy.source_offset, copy.name, copy.raw,
    copy.size, copy.became, copy.subject, copy.reason, copy.identity, copy.is_test,
    copy.origin,
    exists (
        select from notice_copies as earlier
        where earlier.identity = copy.identity and earlier.became = copy.became
            and (earlier.partition, earlier.log_offset) < (copy.partition, copy.log_offset)
    ) as is_repeat
from notice_copies as copy
where ($2::text is null or (copy.subject = $2 and copy.became = 'event'))
    and ($3::timestamptz is null or copy.received_at >= $3)
    and ($4::timestamptz is null or copy.received_at <= $4)
    and ($5::text is null or copy.reason = $5)
    and (
        $6::timestamptz is null
        or (copy.received_at, copy.topic, copy.source_partition, copy.source_offset)
            < ($6, $7::text, $8::integer, $9::bigint)
    )
order by
    copy.received_at desc, copy.topic desc, copy.source_partition desc, copy.source_offset desc
limit $1;

-- name: list_copies_in_order
-- Copies of notices behind a place, the oldest first.
select
    copy.received_at, copy.topic, copy.source_partition, copy.source_offset, copy.name, copy.raw,
    copy.size, copy.became, copy.subject, copy.reason, copy.identity, copy.is_test,
    copy.origin,
    exists (
        select from notice_copies as earlier
        where earlier.identity = copy.identity and earlier.became = copy.became
            and (earlier.partition, earlier.log_offset) < (copy.partition, copy.log_offset)
    ) as is_repeat
from notice_copies as copy
where ($2::text is null or (copy.subject = $2 and copy.became = 'event'))
    and ($3::timestamptz is null or copy.received_at >= $3)
    and ($4::timestamptz is null or copy.received_at <= $4)
    and ($5::text is null or copy.reason = $5)
    and (
        $6::timestamptz is null
        or (copy.received_at, copy.topic, copy.source_partition, copy.source_offset)
            > ($6, $7::text, $8::integer, $9::bigint)
    )
order by copy.received_at, copy.topic, copy.source_partition, copy.source_offset
limit $1;

-- name: list_raw_notices
-- The bytes that there are of notices, of those whose digests begin so.
select raw, max(size) as size from notice_copies
where raw like $1 || '%'
group by raw
order by raw
limit $2;

-- name: show_dead_letters
-- Show refused inputs; one that is shown already stays as it is.
insert into dead_letters (id, occurred_at, reason, body, topic, source_partition, source_offset)
select * from unnest(
    $1::text[], $2::timestamptz[], $3::text[], $4::bytea[], $5::text[], $6::integer[], $7::bigint[]
)
on conflict (id) do nothing;

-- name: close_dead_letters
-- Show what was done about refused inputs; what was dropped can still be sent in again.
update dead_letters as known set
    state = given.state,
    closed = given.closed,
    sent_topic = given.sent_topic,
    sent_partition = given.sent_partition,
    sent_offset = given.sent_offset
from unnest(
    $1::text[], $2::text[], $3::bytea[], $4::text[], $5::integer[], $6::bigint[]
) as given (id, state, closed, sent_topic, sent_partition, sent_offset)
where known.id = given.id
    and (known.state = 'open' or (known.state = 'dropped' and given.state = 'redriven'));

-- name: list_dead_letters
-- Refused inputs, newest first, with what was done about each, and what came of that. Those that are
-- alike are counted for one that is named.
select
    letter.body, letter.closed,
    case when $4 = '' then 1 else (
        select count(*) from dead_letters as other
        where (other.reason, other.state) = (letter.reason, letter.state)
            and coalesce(convert_from(other.body, 'UTF8')::json ->> 'raw', other.id)
                = coalesce(convert_from(letter.body, 'UTF8')::json ->> 'raw', letter.id)
    ) end as copies,
    (
        select min(former.id collate "C") from dead_letters as former
        where former.sent_topic = letter.topic and former.sent_partition = letter.source_partition
            and former.sent_offset = letter.source_offset
    ) as after,
    copy.received_at, copy.topic, copy.source_partition, copy.source_offset, copy.name, copy.raw,
    copy.size, copy.became, copy.subject, copy.reason, copy.identity, copy.is_test,
    copy.origin,
    exists (
        select from notice_copies as earlier
        where earlier.identity = copy.identity and earlier.became = copy.became
            and (earlier.partition, earlier.log_offset) < (copy.partition, copy.log_offset)
    ) as is_repeat
from dead_letters as letter
left join notice_copies as copy
    on (copy.topic, copy.source_partition, copy.source_offset)
        = (letter.sent_topic, letter.sent_partition, letter.sent_offset)
where ($2::text is null or letter.state = $2)
    and ($3::text is null or letter.reason = $3)
    and letter.id like $4 || '%'
order by letter.occurred_at desc, letter.id desc
limit $1;

-- name: list_refused_contents
-- The newest of the refused inputs that are alike, newest first, each as dead letters are listed, with
-- how many there are. What was not kept is like nothing else.
with letters as (
    select *, coalesce(convert_from(body, 'UTF8')::json ->> 'raw', id) as content
    from dead_letters
    where ($2::text is null or state = $2) and ($3::text is null or reason = $3)
),
counted as (
    select
        *, count(*) over alike as copies,
        row_number() over (alike order by occurred_at desc, id desc) as place
    from letters
    window alike as (partition by content, reason, state)
)
select
    letter.body, letter.closed, letter.copies,
    (
        select min(former.id collate "C") from dead_letters as former
        where former.sent_topic = letter.topic and former.sent_partition = letter.source_partition
            and former.sent_offset = letter.source_offset
    ) as after,
    copy.received_at, copy.topic, copy.source_partition, copy.source_offset, copy.name, copy.raw,
    copy.size, copy.became, copy.subject, copy.reason, copy.identity, copy.is_test,
    copy.origin,
    exists (
        select from notice_copies as earlier
        where earlier.identity = copy.identity and earlier.became = copy.became
            and (earlier.partition, earlier.log_offset) < (copy.partition, copy.log_offset)
    ) as is_repeat
from counted as letter
left join notice_copies as copy
    on (copy.topic, copy.source_partition, copy.source_offset)
        = (letter.sent_topic, letter.sent_partition, letter.sent_offset)
where letter.place = 1 and letter.id like $4 || '%'
order by letter.occurred_at desc, letter.id desc
limit $1;
