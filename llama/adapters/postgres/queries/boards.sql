-- name: keep_board
-- Keep the live board in the place of the former one.
insert into boards (name, board) values ('live', $1)
on conflict (name) do update set board = excluded.board, kept_at = now();

-- name: find_board
-- The live board as it was last written.
select board from boards where name = 'live';
