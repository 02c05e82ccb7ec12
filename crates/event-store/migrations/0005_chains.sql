-- Chains: commands of one stream in one group, each decided on what the one before it leaves behind.
--
-- The way without a conflict needs nothing for it: their events have sequences of their own. The careful path must not
-- take a command for fitting whose sequence happens to be free, when what it was decided on was turned down and somebody
-- else has written those sequences. So a command behind another one of its stream fits only if that one does.

drop function log.examine_group(text[], text[], text[], bigint[], int[], text[], text[], text[], text[], boolean[]);

-- Looks at each command of a group that did not fit, under the lock: what was committed while it waited is seen here.
-- The planner settings are pinned: a plan cached when the tables were empty would scan them for every command.
create function log.examine_group(
    c_id text[], c_type text[], c_stream text[], c_base bigint[], c_count int[],
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
    i        int;
    known    log.commands;
    taken    record;
    tail     bigint;
    behind   int[];
    fits     boolean[] := array_fill(false, array[cardinality(c_id)]);
begin
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
            fits[i] := true;
        end if;
        return next;
    end loop;
end
$$;

-- As before, but the careful path is told how many events each command has.
create or replace function log.append(
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
        select * from log.examine_group(c_id, c_type, c_stream, c_base::bigint[], c_count::int[], k_command::int[],
                                        k_scope, k_key, k_type, k_stream, k_take::boolean[])
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
