-- name: take_turn
-- Wait until no other connection has a sender's turn, and hold it.
select pg_advisory_lock(hashtextextended('llama outbox ' || $1 || ' ' || $2, 0));

-- name: end_turn
-- Give a turn back.
select pg_advisory_unlock(hashtextextended('llama outbox ' || $1 || ' ' || $2, 0));

-- name: sent_by
-- All that a sender has sent, oldest first.
select event, handler, key, topic, number, digest, content, state, answer,
    coalesce(sent_at, began_at) as at
from outbox where event = $1 and handler = $2
order by number;

-- name: begin_sending
-- Write that something is being sent, under the sender's next number; nothing if its key is known.
insert into outbox (event, handler, number, key, topic, digest, content)
select $1, $2, coalesce(max(number), 0) + 1, $3, $4, $5, $6
from outbox where event = $1 and handler = $2
on conflict do nothing
returning event, handler, key, topic, number, digest, content, state, answer, began_at as at;

-- name: conclude_sending
-- Write that something was sent; the first answer stays.
update outbox
set state = 'sent', sent_at = coalesce(sent_at, now()),
    answer = case state when 'sent' then answer else $4 end
where event = $1 and handler = $2 and number = $3
returning event, handler, key, topic, number, digest, content, state, answer, sent_at as at;

-- name: doubt_sending
-- Keep what was heard of a sending that is in doubt.
update outbox set answer = $4
where event = $1 and handler = $2 and number = $3 and state = 'in_doubt';

-- name: withdraw_sending
-- Take back what was not sent.
delete from outbox where event = $1 and handler = $2 and number = $3 and state = 'in_doubt'
returning number;

-- name: sendings_in_doubt
-- What is being sent, or may have been, oldest first.
select event, handler, key, topic, number, digest, content, state, answer, began_at as at
from outbox where state = 'in_doubt'
order by began_at, event, handler, number;

-- name: latest_sendings
-- The newest of all that was sent, newest first.
select event, handler, key, topic, number, digest, content, state, answer,
    coalesce(sent_at, began_at) as at
from outbox
order by began_at desc, event desc, handler desc, number desc
limit $1;
