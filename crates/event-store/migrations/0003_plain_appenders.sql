-- Plain appenders: programs of cqrs-es and postgres-es that know nothing of positions, hashes and batches.
--
-- They insert rows of aggregate types of their own into log.events, under the role guanxi_appender. A trigger gives
-- each row what it lacks, under the same lock as log.append. Whatever else they could do to the log is refused.

create table log.own_types (
    aggregate_type text primary key
);
create table log.foreign_types (
    aggregate_type text primary key check (octet_length(aggregate_type) between 1 and 128),
    admitted_at    timestamptz not null default clock_timestamp()
);
comment on table log.foreign_types is 'Aggregate types that plain appenders may add to the log; no other is taken.';

-- States which types are ours, and admits foreign ones.
create function log.admit_foreign(p_own text[], p_foreign text[])
returns void
language plpgsql
security definer
set search_path = log, pg_temp
as $$
declare
    clash text;
begin
    insert into log.own_types select unnest(p_own) on conflict do nothing;
    select f into clash from unnest(p_foreign) as f
     where exists (select from log.own_types o where o.aggregate_type = f);
    if found then
        raise exception 'aggregate type "%" is one of ours', clash using errcode = '22023';
    end if;
    select o.aggregate_type into clash from log.own_types o join log.foreign_types f using (aggregate_type);
    if found then
        raise exception 'aggregate type "%" was admitted as a foreign one', clash using errcode = '22023';
    end if;
    insert into log.foreign_types (aggregate_type) select unnest(p_foreign) on conflict do nothing;
end
$$;

-- One field of the canonical form of an event: its length in 4 bytes, then its bytes.
create function log.canonical_field(value text)
returns bytea
language sql immutable strict parallel safe
as $$ select int4send(octet_length(convert_to(value, 'UTF8'))) || convert_to(value, 'UTF8') $$;

-- The hash of an event without a command, over the canonical form, version 1 (`audit/hash.rs` says what it is).
create function log.plain_hash(event_id text, aggregate_type text, aggregate_id text, sequence bigint,
                               event_type text, event_version text, payload text, metadata text)
returns bytea
language sql immutable parallel safe
as $$
    select sha256('\x01'::bytea || log.canonical_field(event_id) || '\xffffffff'::bytea
                  || log.canonical_field(aggregate_type) || log.canonical_field(aggregate_id)
                  || int4send(8) || int8send(sequence)
                  || log.canonical_field(event_type) || log.canonical_field(event_version)
                  || log.canonical_field(payload) || log.canonical_field(metadata))
$$;

-- Why a plain row cannot be taken, as an error; otherwise nothing.
create function log.check_plain(new log.events)
returns void
language plpgsql
as $$
declare
    tail bigint;
begin
    if exists (select from log.own_types o where o.aggregate_type = new.aggregate_type)
       or not exists (select from log.foreign_types f where f.aggregate_type = new.aggregate_type) then
        raise exception 'aggregate type "%" is not one that plain appenders may add to', new.aggregate_type
            using errcode = '42501', hint = 'an operator admits foreign types; our own go through log.append';
    end if;
    -- jsonb takes neither NUL nor half a surrogate pair, which json would let pass.
    perform new.payload::jsonb, new.metadata::jsonb;
    if json_typeof(new.metadata) <> 'object' then
        raise exception 'metadata must be an object of strings' using errcode = '22023';
    end if;
    if exists (select from json_each(new.metadata) m where json_typeof(m.value) <> 'string') then
        raise exception 'metadata must be an object of strings' using errcode = '22023';
    end if;
    tail := coalesce((select e.sequence from log.events e
                       where e.aggregate_type = new.aggregate_type and e.aggregate_id = new.aggregate_id
                       order by e.sequence desc limit 1), 0);
    if new.sequence > tail + 1 then
        raise exception 'sequence % would leave a hole behind %', new.sequence, tail using errcode = '22023';
    end if;
end
$$;

-- Gives a plain row its place in the log. The lock is held to the end of the transaction, so one that idles in it is
-- ended soon: it would stand in everybody's way.
create function log.place_plain()
returns trigger
language plpgsql
security definer
set search_path = log, pg_temp
set enable_seqscan = off
set enable_bitmapscan = off
as $$
declare
    head  record;
    chain bytea := decode(repeat('00', 32), 'hex');
begin
    if current_setting('transaction_isolation') <> 'read committed' then
        raise exception 'the log is appended to in READ COMMITTED only' using errcode = '25001';
    end if;
    perform set_config('synchronous_commit', 'on', true);
    perform set_config('idle_in_transaction_session_timeout', '5s', true);
    perform pg_advisory_xact_lock(7305803671234501);
    perform log.check_plain(new);

    new.position := 1;
    new.recorded_at := clock_timestamp();
    select b.last, b.chain, b.recorded_at into head from log.batches b order by b.last desc limit 1;
    if found then
        chain := head.chain;
        new.position := head.last + 1;
        new.recorded_at := greatest(head.recorded_at, new.recorded_at);
    end if;
    new.event_id := gen_random_uuid()::text;
    new.command_id := null;
    new.hash := log.plain_hash(new.event_id, new.aggregate_type, new.aggregate_id, new.sequence, new.event_type,
                               new.event_version, new.payload::text, new.metadata::text);
    insert into log.batches (last, n, root, chain, recorded_at)
    values (new.position, 1, sha256(new.hash),
            sha256(chain || int8send(new.position) || int4send(1)
                   || int8send((extract(epoch from new.recorded_at) * 1000000)::bigint) || sha256(new.hash)),
            new.recorded_at);
    perform pg_notify('guanxi_log', new.position::text);
    perform set_config('guanxi.plain_rows', 'on', true);
    return new;
end
$$;

-- A row that got a place and was then left out (ON CONFLICT DO NOTHING) would leave a hole: nothing of it is kept.
create function log.check_plain_statement()
returns trigger
language plpgsql
security definer
set search_path = log, pg_temp
set enable_seqscan = off
as $$
begin
    if (select b.last from log.batches b order by b.last desc limit 1)
       is distinct from (select e.position from log.events e order by e.position desc limit 1) then
        raise exception 'a row was left out after it had been given its place; insert without ON CONFLICT'
            using errcode = '23000';
    end if;
    perform set_config('guanxi.plain_rows', 'off', true);
    return null;
end
$$;

create trigger place_plain before insert on log.events
    for each row when (new.position is null) execute function log.place_plain();
create trigger check_plain after insert on log.events
    for each statement when (current_setting('guanxi.plain_rows', true) = 'on')
    execute function log.check_plain_statement();

revoke all on function log.admit_foreign, log.place_plain, log.check_plain_statement, log.check_plain from public;
grant execute on function log.admit_foreign to guanxi_server;
grant select on log.own_types, log.foreign_types to guanxi_server;
grant usage on schema log to guanxi_appender;
grant select (position, event_id, aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata,
              recorded_at),
      insert (aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata)
   on log.events to guanxi_appender;

-- postgres-es says `events`. Settings count for whoever logs in as this role; a login role that is merely granted it
-- sets its own search_path.
do $$
begin
    execute format('alter role guanxi_appender in database %I set search_path = log', current_database());
    execute format('alter role guanxi_appender in database %I set idle_in_transaction_session_timeout = %L',
                   current_database(), '5s');
end
$$;
