-- The log's own tables have one door, log.append, and nothing else that every append has to pay for.
--
-- PostgreSQL reads the text of each CHECK constraint and of each trigger's condition anew for every statement: a quarter
-- of what a lone append cost. So the constraints of the tables that every append writes go: a server may write them
-- through log.append only, whose callers hold the lengths in their types (`kernel::id`), and what is no id of ours is
-- checked where it comes in, below. Plain appenders get a view of their own instead of a trigger on the table.

alter table log.events
    drop constraint events_aggregate_type_check,
    drop constraint events_aggregate_id_check,
    drop constraint events_sequence_check;
alter table log.commands
    drop constraint commands_command_id_check,
    drop constraint commands_outcome_check;
alter table log.batches
    drop constraint batches_n_check;

-- The same columns in another order: nearly all keys differ in the id, and nearly none in the type.
alter table log.events
    drop constraint events_pkey,
    add primary key (aggregate_id, aggregate_type, sequence);

drop trigger place_plain on log.events;
drop trigger check_plain on log.events;
drop function log.place_plain();
drop function log.check_plain_statement();
drop function log.check_plain(log.events);
revoke select (position, event_id, aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata,
               recorded_at),
       insert (aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata)
    on log.events from guanxi_appender;
revoke usage on schema log from guanxi_appender;

-- What plain programs of cqrs-es and postgres-es see of the log, under the only name that they know: `events`.
create schema plain;
create view plain.events as
select position, event_id, aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata,
       recorded_at
  from log.events;
comment on view plain.events is 'The log for programs of postgres-es: all of it to read; to append, admitted foreign types only.';

-- Why a plain row cannot be taken, as an error; otherwise nothing.
create function log.check_plain(new plain.events)
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
    if new.aggregate_id is null or octet_length(new.aggregate_id) not between 1 and 128 then
        raise exception 'an aggregate id has 1 to 128 bytes' using errcode = '22023';
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
    if new.sequence is null or new.sequence not between 1 and tail + 1 then
        raise exception 'sequence % does not follow %', new.sequence, tail using errcode = '22023';
    end if;
end
$$;

-- Gives a plain row its place in the log. The lock is held to the end of the transaction, so one that idles in it is
-- ended soon: it would stand in everybody's way. A sequence that is taken fails on the key, as postgres-es expects.
create function log.append_plain()
returns trigger
language plpgsql
security definer
set search_path = log, pg_temp
set enable_seqscan = off
set enable_bitmapscan = off
as $$
declare
    head   record;
    chain  bytea := decode(repeat('00', 32), 'hex');
    hash   bytea;
    unused text;
begin
    if current_setting('transaction_isolation') <> 'read committed' then
        raise exception 'the log is appended to in READ COMMITTED only' using errcode = '25001';
    end if;
    unused := set_config('synchronous_commit', 'on', true);
    unused := set_config('idle_in_transaction_session_timeout', '5s', true);
    unused := pg_advisory_xact_lock(7305803671234501)::text;
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
    hash := log.plain_hash(new.event_id, new.aggregate_type, new.aggregate_id, new.sequence, new.event_type,
                           new.event_version, new.payload::text, new.metadata::text);
    insert into log.events (position, event_id, aggregate_type, aggregate_id, sequence, event_type, event_version,
                            payload, metadata, hash, recorded_at)
    values (new.position, new.event_id, new.aggregate_type, new.aggregate_id, new.sequence, new.event_type,
            new.event_version, new.payload, new.metadata, hash, new.recorded_at);
    insert into log.batches (last, n, root, chain, recorded_at)
    values (new.position, 1, sha256(hash),
            sha256(chain || int8send(new.position) || int4send(1)
                   || int8send((extract(epoch from new.recorded_at) * 1000000)::bigint) || sha256(hash)),
            new.recorded_at);
    unused := pg_notify('guanxi_log', new.position::text)::text;
    return new;
end
$$;

create trigger append_plain instead of insert on plain.events
    for each row execute function log.append_plain();

revoke all on function log.append_plain, log.check_plain from public;
grant usage on schema plain to guanxi_appender;
grant select,
      insert (aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata)
   on plain.events to guanxi_appender;

-- postgres-es says `events`. Settings count for whoever logs in as this role; a login role that is merely granted it
-- sets its own search_path.
do $$
begin
    execute format('alter role guanxi_appender in database %I set search_path = plain', current_database());
end
$$;
