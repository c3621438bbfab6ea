-- Copies of notices tell which source of alerts brought them.

alter table notice_copies
    add column origin text not null default '' check (char_length(origin) <= 200);
comment on column notice_copies.origin is
    'The source that had it; empty: it was put on the topic itself.';

-- Rows from before. What notices said of events is among the facts; the receipts tell of the others.
update notice_copies set origin = told.source
from (
    select id, convert_from(body, 'UTF8')::json -> 'source' -> 'origin' ->> 'source' as source
    from facts where kind = 'TriggerReceived'
) as told
where message = told.id and became = 'event' and told.source is not null;
update notice_copies as copy set origin = receipts.origin ->> 'source'
from receipts
where (copy.topic, copy.source_partition, copy.source_offset)
        = (receipts.topic, receipts.partition, receipts.log_offset)
    and copy.origin = '' and receipts.origin ->> 'source' is not null;
