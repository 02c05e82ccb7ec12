-- A notice whose meaning is known at once goes into the inbox settled, in one transaction with its command.

-- Sealed bodies do not compress, and a row that is put, taken and settled is better off without a second table to look
-- into: bodies of up to some kilobytes stay in their rows.
alter table log.inbox alter column sealed set storage external;
alter table log.inbox set (toast_tuple_target = 8160);

-- Keeps notices that come with what they mean. Who calls this has the head of the log and may wait for somebody who puts
-- the same notice into the inbox, but never the other way round; both insert in one order, so that nobody waits in a
-- circle. Digests come end to end, 32 bytes each.
--
-- Whoever sends the same body again finds it kept. A key that was used for another body is refused with what it came
-- with: such a notice goes the long way, where somebody is told of it.
create function log.keep_notices(n_source text[], n_key text[], n_digests bytea, n_subject text[], n_sealed bytea[],
                                 n_received text[], n_result text[])
returns void
language plpgsql
as $$
begin
    insert into log.inbox (source, notice_key, digest, subject, sealed, received_at, state, attempts, result, settled_at)
    select n.source, n.key, n.digest, n.subject, n.sealed, n.received::timestamptz, 'done', 1, n.result, clock_timestamp()
      from (select unnest(n_source) as source, unnest(n_key) as key,
                   substring(n_digests from generate_series(0, cardinality(n_key) - 1) * 32 + 1 for 32) as digest,
                   unnest(n_subject) as subject, unnest(n_sealed) as sealed, unnest(n_received) as received,
                   unnest(n_result) as result) n
     order by n.source, n.key, n.digest
    on conflict (source, notice_key, digest) do nothing;
    -- Each body is there by now: a second row under its key is another body.
    if exists (select from unnest(n_source, n_key) as n(source, key),
                   lateral (select from log.inbox i
                             where i.source = n.source and i.notice_key = n.key offset 1 limit 1) o)
    then
        raise exception 'a notice''s key was used for another body before' using errcode = 'GX001';
    end if;
end
$$;

revoke all on function log.keep_notices from public;
