-- Verified notices of partners, as they came: durable before they are answered, sealed, translated later.

create table log.inbox (
    id              bigint generated always as identity primary key,
    source          text not null,
    notice_key      text not null check (octet_length(notice_key) between 1 and 256),
    digest          bytea not null,
    subject         text not null,
    sealed          bytea not null,
    received_at     timestamptz not null default clock_timestamp(),
    state           text not null default 'waiting' check (state in ('waiting', 'done', 'failed')),
    attempts        integer not null default 0,
    next_attempt_at timestamptz not null default clock_timestamp(),
    result          text,
    settled_at      timestamptz,
    unique (source, notice_key, digest)
);
create index inbox_waiting on log.inbox (source, next_attempt_at, id) where state = 'waiting';
create index inbox_failed on log.inbox (source, id) where state = 'failed';

comment on table log.inbox is 'Raw notices under a key of their own; a body dies with its subject.';
comment on column log.inbox.digest is 'Keyed hash of the body: the same notice again is a duplicate, another body under its key is not.';

-- Keeps a group of notices and the keys of those that are new; returns the subjects of the new ones.
create function log.inbox_put(p_source text[], p_key text[], p_digest text[], p_subject text[], p_wrapped text[],
                              p_sealed bytea[], p_received text[])
returns setof text
language sql
security definer
set search_path = log, pg_temp
as $$
    with incoming as (
        select * from unnest(p_source, p_key, p_digest, p_subject, p_wrapped, p_sealed, p_received)
                      as n(source, key, digest, subject, wrapped, sealed, received)
    ), put as (
        insert into log.inbox (source, notice_key, digest, subject, sealed, received_at)
        select source, key, decode(digest, 'hex'), subject, sealed, received::timestamptz from incoming
        on conflict (source, notice_key, digest) do nothing
        returning subject
    ), keys as (
        insert into log.subject_keys (subject, wrapped)
        select i.subject, decode(i.wrapped, 'hex') from incoming i join put p on p.subject = i.subject
    ), told as (
        select pg_notify('guanxi_inbox', '') where exists (select from put)
    )
    select p.subject from put p left join told on true
$$;

revoke all on function log.inbox_put from public;
grant execute on function log.inbox_put to guanxi_server;
grant select on log.inbox to guanxi_server;
grant update (state, attempts, next_attempt_at, result, settled_at) on log.inbox to guanxi_server;
