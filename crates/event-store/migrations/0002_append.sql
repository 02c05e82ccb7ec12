-- The append: one call, one lock, one commit for a whole group of commands.
--
-- Arrays travel as text and are cast here. Commands are numbered from 1; events, claims and keys name the command they
-- belong to. The events of the group are in the order in which they shall lie in the log.

-- Writes what is left of the group once it is known to fit. `keep` names the commands to write; null means all.
-- The root is taken over the hashes at hand, in the order of the positions just given, not read back.
create function log.write_group(
    keep int[],
    c_id text[], c_digest text[], c_outcome text[], c_code text[], c_message text[], c_count int[],
    e_command int[], e_id text[], e_type text[], e_stream text[], e_sequence bigint[], e_name text[], e_version text[],
    e_payload text[], e_metadata text[], e_hash text[],
    k_command int[], k_scope text[], k_key text[], k_type text[], k_stream text[], k_take boolean[],
    s_command int[], s_subject text[], s_wrapped text[],
    d_command int[], d_subject text[])
returns table (command int, first bigint, last bigint)
language plpgsql as $$
declare
    head       bigint;
    old_chain  bytea;
    old_time   timestamptz;
    now_time   timestamptz;
    written    int;
    new_root   bytea;
begin
    select b.last, b.chain, b.recorded_at into head, old_chain, old_time
      from log.batches b order by b.last desc limit 1;
    if not found then
        head := 0;
        old_chain := decode(repeat('00', 32), 'hex');
        old_time := '-infinity';
    end if;
    now_time := greatest(old_time, clock_timestamp());

    insert into log.events (position, event_id, command_id, aggregate_type, aggregate_id, sequence, event_type,
                            event_version, payload, metadata, hash, recorded_at)
    select head + row_number() over (order by e.ord), e.id, c_id[e.command], e.type, e.stream, e.sequence, e.name,
           e.version, e.payload::json, e.metadata::json, decode(e.hash, 'hex'), now_time
      from unnest(e_command, e_id, e_type, e_stream, e_sequence, e_name, e_version, e_payload, e_metadata, e_hash)
           with ordinality as e(command, id, type, stream, sequence, name, version, payload, metadata, hash, ord)
     where keep is null or e.command = any (keep);
    get diagnostics written = row_count;

    if false = any (k_take) then
        delete from log.claims c
         using unnest(k_command, k_scope, k_key, k_type, k_stream, k_take)
               as k(command, scope, key, type, stream, take)
         where not k.take and (keep is null or k.command = any (keep))
           and c.aggregate_type = k.type and c.aggregate_id = k.stream
           and (case when k.key is null then starts_with(c.scope, k.scope)
                     else c.scope = k.scope and c.key = k.key end);
    end if;
    if cardinality(k_command) > 0 then
        insert into log.claims (scope, key, aggregate_type, aggregate_id)
        select k.scope, k.key, k.type, k.stream
          from unnest(k_command, k_scope, k_key, k_type, k_stream, k_take)
               as k(command, scope, key, type, stream, take)
         where k.take and (keep is null or k.command = any (keep))
           and (keep is null or not exists (select from log.claims c where c.scope = k.scope and c.key = k.key));
    end if;

    if cardinality(s_command) > 0 then
        insert into log.subject_keys (subject, wrapped, created_at)
        select s.subject, decode(s.wrapped, 'hex'), now_time
          from unnest(s_command, s_subject, s_wrapped) as s(command, subject, wrapped)
         where keep is null or s.command = any (keep);
    end if;
    if cardinality(d_command) > 0 then
        update log.subject_keys k set wrapped = null, destroyed_at = now_time
          from unnest(d_command, d_subject) as d(command, subject)
         where k.subject = d.subject and k.wrapped is not null and (keep is null or d.command = any (keep));
    end if;

    if written > 0 then
        select sha256(string_agg(decode(e.hash, 'hex'), ''::bytea order by e.ord)) into new_root
          from unnest(e_command, e_hash) with ordinality as e(command, hash, ord)
         where keep is null or e.command = any (keep);
        insert into log.batches (last, n, root, chain, recorded_at)
        values (head + written, written, new_root,
                sha256(old_chain || int8send(head + written) || int4send(written)
                       || int8send((extract(epoch from now_time) * 1000000)::bigint) || new_root),
                now_time);
        perform pg_notify('guanxi_log', (head + written)::text);
    end if;

    return query
    with answered as (
        select u.ord::int as command, u.id, decode(u.digest, 'hex') as digest, u.outcome, u.code, u.message,
               case when u.count > 0 then head + sum(u.count) over upto - u.count + 1 end as first,
               case when u.count > 0 then head + sum(u.count) over upto end as last
          from unnest(c_id, c_digest, c_outcome, c_code, c_message, c_count)
               with ordinality as u(id, digest, outcome, code, message, count, ord)
         where keep is null or u.ord = any (keep)
        window upto as (order by u.ord)
    ), kept as (
        insert into log.commands (command_id, digest, outcome, code, message, first_position, last_position,
                                  recorded_at)
        select a.id, a.digest, a.outcome, a.code, a.message, a.first, a.last, now_time from answered a
    )
    select a.command, a.first, a.last from answered a;
end
$$;

-- Looks at each command of a group that did not fit, under the lock: what was committed while it waited is seen here.
-- The planner settings are pinned: a plan cached when the tables were empty would scan them for every command.
create function log.examine_group(
    c_id text[], c_type text[], c_stream text[], c_base bigint[],
    k_command int[], k_scope text[], k_key text[], k_type text[], k_stream text[], k_take boolean[])
returns table (command int, verdict text, digest bytea, outcome text, code text, message text, first bigint,
               last bigint, scope text, holder_type text, holder_id text)
language plpgsql
set enable_seqscan = off
set enable_hashjoin = off
set enable_bitmapscan = off
set enable_mergejoin = off
set plan_cache_mode = force_generic_plan
as $$
declare
    i     int;
    known log.commands;
    taken record;
    tail  bigint;
begin
    for i in 1 .. cardinality(c_id) loop
        command := i;
        select * into known from log.commands k where k.command_id = c_id[i];
        if found then
            verdict := 'known'; digest := known.digest; outcome := known.outcome; code := known.code;
            message := known.message; first := known.first_position; last := known.last_position;
            scope := null; holder_type := null; holder_id := null;
            return next;
            continue;
        end if;
        digest := null; outcome := null; code := null; message := null; first := null;
        scope := null; holder_type := null; holder_id := null;
        if c_base[i] is not null then
            tail := coalesce((select e.sequence from log.events e
                               where e.aggregate_type = c_type[i] and e.aggregate_id = c_stream[i]
                               order by e.sequence desc limit 1), 0);
            if tail <> c_base[i] then
                verdict := 'conflict'; last := tail;
                return next;
                continue;
            end if;
        end if;
        last := null;
        select k.scope as scope, c.aggregate_type, c.aggregate_id into taken
          from unnest(k_command, k_scope, k_key, k_type, k_stream, k_take)
               as k(command, scope, key, type, stream, take)
          join log.claims c on c.scope = k.scope and c.key = k.key
         where k.command = i and k.take and (c.aggregate_type, c.aggregate_id) <> (k.type, k.stream)
         limit 1;
        if found then
            verdict := 'taken'; scope := taken.scope; holder_type := taken.aggregate_type;
            holder_id := taken.aggregate_id;
        else
            verdict := 'fits';
        end if;
        return next;
    end loop;
end
$$;

-- Appends a group of commands and answers each: `appended`, `known`, `conflict` or `taken`.
-- The planner settings are pinned: a plan cached when the tables were empty would scan them for every group. With
-- scans out of the way one plan is good for all sizes, and planning anew cost a lone command half of its time.
create function log.append(
    c_id text[], c_digest text[], c_outcome text[], c_code text[], c_message text[], c_count text[],
    c_type text[], c_stream text[], c_base text[],
    e_command text[], e_id text[], e_type text[], e_stream text[], e_sequence text[], e_name text[],
    e_version text[], e_payload text[], e_metadata text[], e_hash text[],
    k_command text[], k_scope text[], k_key text[], k_type text[], k_stream text[], k_take text[],
    s_command text[], s_subject text[], s_wrapped text[],
    d_command text[], d_subject text[])
returns table (command int, verdict text, digest bytea, outcome text, code text, message text, first bigint,
               last bigint, scope text, holder_type text, holder_id text)
language plpgsql
security definer
set search_path = log, pg_temp
set enable_seqscan = off
set enable_bitmapscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set plan_cache_mode = force_generic_plan
as $$
declare
    keep int[];
begin
    if current_setting('transaction_isolation') <> 'read committed' then
        raise exception 'log.append needs READ COMMITTED: a snapshot taken before the lock gives wrong answers'
            using errcode = '25001';
    end if;
    perform set_config('synchronous_commit', 'on', true);
    perform pg_advisory_xact_lock(7305803671234501);
    begin
        return query
        select w.command, 'appended', null::bytea, null, null, null, w.first, w.last, null, null, null
          from log.write_group(null, c_id, c_digest, c_outcome, c_code, c_message, c_count::int[],
                               e_command::int[], e_id, e_type, e_stream, e_sequence::bigint[], e_name, e_version,
                               e_payload, e_metadata, e_hash,
                               k_command::int[], k_scope, k_key, k_type, k_stream, k_take::boolean[],
                               s_command::int[], s_subject, s_wrapped, d_command::int[], d_subject) as w;
        return;
    exception when unique_violation then
        null; -- somebody was faster with a command id, a sequence or a claim: find out who, still under the lock
    end;
    keep := array[]::int[];
    for command, verdict, digest, outcome, code, message, first, last, scope, holder_type, holder_id in
        select * from log.examine_group(c_id, c_type, c_stream, c_base::bigint[], k_command::int[], k_scope, k_key,
                                        k_type, k_stream, k_take::boolean[])
    loop
        if verdict = 'fits' then
            keep := keep || command;
        else
            return next;
        end if;
    end loop;
    return query
    select w.command, 'appended', null::bytea, null, null, null, w.first, w.last, null, null, null
      from log.write_group(keep, c_id, c_digest, c_outcome, c_code, c_message, c_count::int[],
                           e_command::int[], e_id, e_type, e_stream, e_sequence::bigint[], e_name, e_version,
                           e_payload, e_metadata, e_hash,
                           k_command::int[], k_scope, k_key, k_type, k_stream, k_take::boolean[],
                           s_command::int[], s_subject, s_wrapped, d_command::int[], d_subject) as w;
end
$$;

revoke all on function log.append from public;
grant usage on schema log to guanxi_server, guanxi_reader;
grant execute on function log.append to guanxi_server;
grant select on log.events, log.batches, log.commands, log.claims, log.subject_keys to guanxi_server;
grant update (owner) on log.subject_keys to guanxi_server;
