-- name: hold_selections
-- Let nobody change the standing selections until this transaction ends.
select pg_advisory_xact_lock_shared(hashtext('llama selections'));

-- name: lock_selections
-- Let nobody else look at the standing selections, or change them, until this transaction ends.
select pg_advisory_xact_lock(hashtext('llama selections'));

-- name: list_selections
-- The standing selections, by name.
select name, criteria, definition, defined_at, defined_by, reason
from selections
order by name collate "C";

-- name: define_selection
-- Keep a standing selection, in the place of an earlier one of its name.
insert into selections (name, criteria, definition, defined_at, defined_by, reason)
values ($1, $2, $3, $4, $5, $6)
on conflict (name) do update set
    criteria = excluded.criteria,
    definition = excluded.definition,
    defined_at = excluded.defined_at,
    defined_by = excluded.defined_by,
    reason = excluded.reason;

-- name: remove_selection
-- Forget a standing selection.
delete from selections where name = $1;

-- name: states_page
-- A consumer's states of the events behind one, by name.
select event, sequence, fold_version, state
from states
where consumer = $1 and event > $2
order by event
limit $3;
