-- The append once more, with less to do: what the caller knows is sent as it is, and nothing is computed twice.
--
-- The way without a conflict writes and gives back where the log ended before; the caller counts on from there. Where
-- somebody was faster it fails as a whole, and the caller asks `log.examine_group`, which takes the lock and says which
-- commands still fit, and appends those in the same transaction. So the usual way needs no subtransaction, which cost
-- every group a number of its own.
--
-- Sessions that append pin their planner settings and `plan_cache_mode`: a plan made while the tables are empty would
-- scan them for ever, and planning anew costs a lone command half of its time. Values are assigned, not performed,
-- where plpgsql then evaluates them without starting a statement.

drop function log.append(
    text[], text[], text[], text[], text[], text[], text[], text[], text[], text[], text[], text[], text[], text[],
    text[], text[], text[], text[], text[], text[], text[], text[], text[], text[], text[], text[], text[], text[],
    text[], text[]);
drop function log.write_group(
    int[], text[], text[], text[], text[], text[], int[], int[], text[], text[], text[], bigint[], text[], text[],
    text[], text[], text[], int[], text[], text[], text[], text[], boolean[], int[], text[], text[], int[], text[]);

-- Gives claims back, then takes others. Claims name the command whose stream holds them.
create function log.write_claims(
    c_type text[], c_stream text[], k_command int[], k_scope text[], k_key text[], k_take boolean[])
returns void
language plpgsql
as $$
begin
    if false = any (k_take) then
        delete from log.claims c
         using unnest(k_command, k_scope, k_key, k_take) as k(command, scope, key, take)
         where not k.take
           and c.aggregate_type = c_type[k.command] and c.aggregate_id = c_stream[k.command]
           and (case when k.key is null then starts_with(c.scope, k.scope)
                     else c.scope = k.scope and c.key = k.key end);
    end if;
    -- A key that its own stream holds already is taken again without a change.
    insert into log.claims (scope, key, aggregate_type, aggregate_id)
    select k.scope, k.key, c_type[k.command], c_stream[k.command]
      from unnest(k_command, k_scope, k_key, k_take) as k(command, scope, key, take)
     where k.take
       and not exists (select from log.claims c
                        where c.scope = k.scope and c.key = k.key
                          and c.aggregate_type = c_type[k.command] and c.aggregate_id = c_stream[k.command]);
end
$$;

-- Appends a group of commands that nothing stands against, and gives the position behind which their events lie.
--
-- Commands are numbered from 1, and so are the events of the group, in the order in which they shall lie in the log.
-- `c_first` and `c_last` are the numbers of a command's events, null where it has none. Digests and hashes come end to
-- end, 32 bytes each. A unique_violation says that somebody was faster with a command id, a sequence or a claim.
create function log.append(
    c_id text[], c_digests bytea, c_outcome text[], c_code text[], c_message text[], c_first bigint[],
    c_last bigint[], c_type text[], c_stream text[],
    e_command int[], e_id text[], e_sequence bigint[], e_name text[], e_version text[], e_payload text[],
    e_metadata text[], e_hashes bytea,
    k_command int[], k_scope text[], k_key text[], k_take boolean[],
    s_subject text[], s_wrapped bytea[], d_subject text[])
returns bigint
language plpgsql
security definer
set search_path = log, pg_temp
as $$
declare
    written   int := cardinality(e_command);
    unused    text;
    head      bigint;
    old_chain bytea;
    old_time  timestamptz;
    now_time  timestamptz;
    new_root  bytea;
begin
    if current_setting('transaction_isolation') <> 'read committed' then
        raise exception 'log.append needs READ COMMITTED: a snapshot taken before the lock gives wrong answers'
            using errcode = '25001';
    end if;
    unused := set_config('synchronous_commit', 'on', true);
    unused := pg_advisory_xact_lock(7305803671234501)::text;
    select b.last, b.chain, b.recorded_at into head, old_chain, old_time
      from log.batches b order by b.last desc limit 1;
    if not found then
        head := 0;
        old_chain := decode(repeat('00', 32), 'hex');
        old_time := '-infinity';
    end if;
    now_time := greatest(old_time, clock_timestamp());

    insert into log.commands (command_id, digest, outcome, code, message, first_position, last_position, recorded_at)
    select c.id, substring(c_digests from c.ord::int * 32 - 31 for 32), c.outcome, c.code, c.message, head + c.first,
           head + c.last, now_time
      from unnest(c_id, c_outcome, c_code, c_message, c_first, c_last)
           with ordinality as c(id, outcome, code, message, first, last, ord);
    if written > 0 then
        insert into log.events (position, event_id, command_id, aggregate_type, aggregate_id, sequence, event_type,
                                event_version, payload, metadata, hash, recorded_at)
        select head + e.ord, e.id, c_id[e.command], c_type[e.command], c_stream[e.command], e.sequence, e.name,
               e.version, e.payload::json, e.metadata::json, substring(e_hashes from e.ord::int * 32 - 31 for 32),
               now_time
          from unnest(e_command, e_id, e_sequence, e_name, e_version, e_payload, e_metadata)
               with ordinality as e(command, id, sequence, name, version, payload, metadata, ord);
        new_root := sha256(e_hashes);
        insert into log.batches (last, n, root, chain, recorded_at)
        values (head + written, written, new_root,
                sha256(old_chain || int8send(head + written) || int4send(written)
                       || int8send((extract(epoch from now_time) * 1000000)::bigint) || new_root),
                now_time);
        unused := pg_notify('guanxi_log', (head + written)::text)::text;
    end if;
    if cardinality(k_command) > 0 then
        perform log.write_claims(c_type, c_stream, k_command, k_scope, k_key, k_take);
    end if;
    if cardinality(s_subject) > 0 then
        insert into log.subject_keys (subject, wrapped, created_at)
        select s.subject, s.wrapped, now_time from unnest(s_subject, s_wrapped) as s(subject, wrapped);
    end if;
    if cardinality(d_subject) > 0 then
        update log.subject_keys k set wrapped = null, destroyed_at = now_time
          from unnest(d_subject) as d(subject)
         where k.subject = d.subject and k.wrapped is not null;
    end if;
    return head;
end
$$;

drop function log.examine_group(
    text[], text[], text[], bigint[], int[], int[], text[], text[], text[], text[], boolean[]);

-- Takes the lock and looks at each command of a group that did not fit: what was committed while it waited is seen
-- here. Nothing can come between it and an append in the same transaction.
create function log.examine_group(
    c_id text[], c_type text[], c_stream text[], c_base bigint[], c_count int[],
    k_command int[], k_scope text[], k_key text[], k_take boolean[])
returns table (command int, verdict text, digest bytea, outcome text, code text, message text, first bigint,
               last bigint, scope text, holder_type text, holder_id text)
language plpgsql
security definer
set search_path = log, pg_temp
as $$
declare
    i        int;
    known    log.commands;
    taken    record;
    tail     bigint;
    behind   int[];
    fits     boolean[] := array_fill(false, array[cardinality(c_id)]);
begin
    if current_setting('transaction_isolation') <> 'read committed' then
        raise exception 'log.examine_group needs READ COMMITTED: a snapshot taken before the lock gives wrong answers'
            using errcode = '25001';
    end if;
    perform pg_advisory_xact_lock(7305803671234501);
    -- The command with events in front of each one on the same stream, if there is one in this group.
    select array_agg(u.before order by u.ord) into behind
      from (select s.ord, case when s.base is not null
                               then lag(s.ord) over (partition by s.base is null, s.type, s.stream order by s.ord)
                          end as before
              from unnest(c_type, c_stream, c_base) with ordinality as s(type, stream, base, ord)) u;
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
            tail := case when behind[i] is null
                         then coalesce((select e.sequence from log.events e
                                         where e.aggregate_type = c_type[i] and e.aggregate_id = c_stream[i]
                                         order by e.sequence desc limit 1), 0)
                         when fits[behind[i]] then c_base[behind[i]] + c_count[behind[i]]
                    end;
            if tail is distinct from c_base[i] then
                verdict := 'conflict'; last := tail;
                return next;
                continue;
            end if;
        end if;
        last := null;
        select k.scope as scope, c.aggregate_type, c.aggregate_id into taken
          from unnest(k_command, k_scope, k_key, k_take) as k(command, scope, key, take)
          join log.claims c on c.scope = k.scope and c.key = k.key
         where k.command = i and k.take and (c.aggregate_type, c.aggregate_id) <> (c_type[i], c_stream[i])
         limit 1;
        if found then
            verdict := 'taken'; scope := taken.scope; holder_type := taken.aggregate_type;
            holder_id := taken.aggregate_id;
        else
            verdict := 'fits';
            fits[i] := true;
        end if;
        return next;
    end loop;
end
$$;

revoke all on function log.append, log.write_claims, log.examine_group from public;
grant execute on function log.append, log.examine_group to guanxi_server;
