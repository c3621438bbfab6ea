-- name: live_generation
-- The generation that is shown.
select number, fold_version from generations where is_live;

-- name: built_generation
-- The generation that is being built, if it was begun as this release would.
select number from generations
where not is_live
    and fold_version = $1
    and migration = (select max(number) from migrations)
    and to_regnamespace('rebuilding') is not null;

-- name: register_generation
-- Begin to build a generation.
insert into generations (number, fold_version, migration, is_live)
select (select max(number) from generations) + 1, $1, max(number), false from migrations;

-- name: unregister_generation
-- Forget a generation that is being built, and what it has read.
with gone as (delete from generations where not is_live),
    unread as (delete from offsets where consumer = $1)
delete from states where consumer = $1;

-- name: lock_generations
-- Wait for whoever shows something just now, and let nobody else begin.
select consumer from offsets where consumer = any($1::text[]) order by consumer for update;

-- name: unfollow_live
-- Forget what the live generation has read, and what it has folded.
with unread as (delete from offsets where consumer = $1)
delete from states where consumer = $1;

-- name: follow_offsets
-- What was built has read so far; whoever showed the old one is fenced by this.
update offsets set consumer = $1 where consumer = $2;

-- name: follow_states
-- What was built has folded this.
update states set consumer = $1 where consumer = $2;

-- name: retire_generation
-- The live generation is one no more.
delete from generations where is_live;

-- name: enliven_generation
-- The one that was built is the live one.
update generations set is_live = true, switched_at = now() where not is_live;

-- name: columns_of
-- The columns of a table that say something: where a fact stood on the log is aside.
select column_name from information_schema.columns
where table_schema = $1 and table_name = $2
    and not column_name = any(array['partition', 'log_offset'])
order by column_name;
