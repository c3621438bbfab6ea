-- name: announce_facts
-- Wake those who follow, once this transaction is visible.
select pg_notify('llama_facts', '');

-- name: facts_after
-- What is shown behind a place of each partition that the projection has read from.
select behind.partition, behind.log_offset, behind.sequence, behind.outcome, behind.body
from (select partition from offsets where consumer = $1 and topic = $2) as known
left join unnest($3::integer[], $4::bigint[]) as followed (partition, next_offset)
    using (partition)
cross join lateral (
    select facts.partition, log_offset, sequence, outcome, body from facts
    where facts.partition = known.partition and log_offset >= coalesce(next_offset, 0)
    order by log_offset
    limit $5
) as behind
order by behind.partition, behind.log_offset;

-- name: offsets_since
-- The first place of each partition at which a fact occurred at or after a moment.
select partition, min(log_offset) as log_offset from facts
where occurred_at >= $1
group by partition;

-- name: facts_before
-- The facts of an event before one of them, in order.
select body from facts
where event = $1 and sequence < $2
order by sequence, partition, log_offset;
