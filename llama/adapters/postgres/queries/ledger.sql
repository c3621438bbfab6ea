-- name: begin_offsets
-- Move offsets that nobody has moved yet; no row for one that somebody has.
insert into offsets as known (consumer, topic, partition, next_offset)
select $1, topic, partition, next_offset
from unnest($2::text[], $3::integer[], $4::bigint[]) as given (topic, partition, next_offset)
on conflict (consumer, topic, partition) do update
    set next_offset = excluded.next_offset where known.next_offset = 0
returning topic, partition;

-- name: advance_offsets
-- Move offsets from where they are expected to be; no row for one that is not there.
update offsets set next_offset = given.next_offset
from unnest($2::text[], $3::integer[], $4::bigint[], $5::bigint[])
    as given (topic, partition, next_offset, expected)
where offsets.consumer = $1 and offsets.topic = given.topic
    and offsets.partition = given.partition and offsets.next_offset = given.expected
returning offsets.topic, offsets.partition;

-- name: positions
-- The next offset of every partition that a consumer has read from.
select partition, next_offset from offsets where consumer = $1 and topic = $2;

-- name: load_states
-- A consumer's states of some events.
select event, sequence, fold_version, state
from states where consumer = $1 and event = any($2::text[]);

-- name: facts_up_to
-- The facts of an event that a state has seen, in order.
select body from facts where event = $1 and sequence <= $2 order by sequence;

-- name: states_behind
-- A consumer's states of events whose pipeline is of an earlier deployment.
select event, sequence, fold_version, state
from states
where consumer = $1 and (fold_version <> $3 or epoch < $2)
order by event;

-- name: save_states
-- Keep a consumer's states of some events.
insert into states (consumer, event, sequence, fold_version, epoch, digest, state)
select $1, event, sequence, $2, epoch, digest, state
from unnest($3::text[], $4::bigint[], $5::integer[], $6::text[], $7::bytea[])
    as given (event, sequence, epoch, digest, state)
on conflict (consumer, event) do update set
    sequence = excluded.sequence,
    fold_version = excluded.fold_version,
    epoch = excluded.epoch,
    digest = excluded.digest,
    state = excluded.state;

-- name: load_heads
-- The heads of those histories that have one.
select event, number, commit, tree from heads where consumer = $1 and event = any($2::text[]);

-- name: save_heads
-- Keep the heads of some histories.
insert into heads (consumer, event, number, commit, tree)
select $1, event, number, commit, tree
from unnest($2::text[], $3::integer[], $4::text[], $5::json[])
    as given (event, number, commit, tree)
on conflict (consumer, event) do update
    set number = excluded.number, commit = excluded.commit, tree = excluded.tree;

-- name: give_receipts
-- Say what became of some records of alert topics; what is said again replaces it.
insert into receipts (
    topic, partition, log_offset, event, dead_letter, reason, fact_partition, fact_offset,
    neutrino, external_trigger, origin
)
select * from unnest(
    $1::text[], $2::integer[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::integer[],
    $8::bigint[], $9::text[], $10::text[], $11::json[]
)
on conflict (topic, partition, log_offset) do update set
    event = excluded.event,
    dead_letter = excluded.dead_letter,
    reason = excluded.reason,
    fact_partition = excluded.fact_partition,
    fact_offset = excluded.fact_offset,
    neutrino = excluded.neutrino,
    external_trigger = excluded.external_trigger,
    origin = excluded.origin;

-- name: lock_deployments
-- Let nobody else count deployments until this transaction ends.
select pg_advisory_xact_lock(hashtext('llama deployments'));

-- name: deploy
-- Count a new deployment, unless the latest one is of the same pipeline.
insert into deployments (epoch, manifest_digest)
select coalesce(max(epoch), 0) + 1, $1 from deployments
having (select manifest_digest from deployments order by epoch desc limit 1) is distinct from $1;

-- name: latest_deployment
-- The latest deployment; no row before the first.
select epoch, manifest_digest from deployments order by epoch desc limit 1;
