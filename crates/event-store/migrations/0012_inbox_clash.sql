-- Putting notices says, besides, which keys were used for another body: a partner that does so is to be asked why.
-- The rows are inserted in one order everywhere, so that processes which are sent the same notices cannot deadlock.

drop function log.inbox_put(text[], text[], text[], text[], text[], bytea[], text[]);

create function log.inbox_put(p_source text[], p_key text[], p_digest text[], p_subject text[], p_wrapped text[],
                              p_sealed bytea[], p_received text[])
returns table (subject text, clash boolean)
language sql
security definer
set search_path = log, pg_temp
as $$
    with incoming as (
        select source, key, decode(digest, 'hex') as digest, subject, decode(wrapped, 'hex') as wrapped, sealed,
               received::timestamptz as received
          from unnest(p_source, p_key, p_digest, p_subject, p_wrapped, p_sealed, p_received)
               as n(source, key, digest, subject, wrapped, sealed, received)
    ), put as (
        insert into log.inbox (source, notice_key, digest, subject, sealed, received_at)
        select i.source, i.key, i.digest, i.subject, i.sealed, i.received from incoming i
         order by i.source, i.key, i.digest
        on conflict (source, notice_key, digest) do nothing
        returning log.inbox.subject
    ), keys as (
        insert into log.subject_keys (subject, wrapped)
        select i.subject, i.wrapped from incoming i join put p on p.subject = i.subject
    ), told as (
        select pg_notify('guanxi_inbox', '') where exists (select from put)
    )
    select i.subject,
           exists (select from log.inbox o
                    where o.source = i.source and o.notice_key = i.key and o.digest <> i.digest)
           or exists (select from incoming o
                       where o.source = i.source and o.key = i.key and o.digest <> i.digest)
      from incoming i join put p on p.subject = i.subject left join told on true
$$;

revoke all on function log.inbox_put from public;
grant execute on function log.inbox_put to guanxi_server;
