-- Answers are written before the head is taken, so that two groups can be under way at once: while one has the head,
-- the other one's answers, a third of the work, are already going in.
--
-- An answer therefore says where its events lie by stream and sequence, which are known beforehand, and no more by
-- position. Whoever waits for a command id waits for one that has the head or will take it, and answers go in in one
-- order everywhere, so nobody waits in a circle. That holds as long as nobody who has the head writes an answer: what
-- stands against a group is looked up in a transaction of its own, and what fits is appended anew.

create table log.answers (
    command_id     text not null,
    digest         bytea not null,
    outcome        text not null,
    code           text,
    message        text,
    aggregate_type text,
    aggregate_id   text,
    first_sequence bigint,
    events         integer,
    recorded_at    timestamptz not null
);
insert into log.answers
select c.command_id, c.digest, c.outcome, c.code, c.message, e.aggregate_type, e.aggregate_id, e.sequence,
       (c.last_position - c.first_position + 1)::int, c.recorded_at
  from log.commands c left join log.events e on e.position = c.first_position;
drop table log.commands;
alter table log.answers rename to commands;
alter table log.commands add primary key (command_id);
comment on table log.commands is 'The answer to each command, kept for good.';
comment on column log.commands.first_sequence is 'Sequence of its first event in the stream; null where it appended none.';
comment on column log.commands.events is 'How many events in a row are its own.';
grant select on log.commands to guanxi_server;

-- Where the answers to these commands lie in the log.
create function log.answered(p_command text[])
returns table (command_id text, digest bytea, outcome text, code text, message text, first bigint, last bigint)
language sql stable
as $$
    select c.command_id, c.digest, c.outcome, c.code, c.message, e.position, e.position + c.events - 1
      from log.commands c
      left join log.events e on e.aggregate_id = c.aggregate_id and e.aggregate_type = c.aggregate_type
                            and e.sequence = c.first_sequence
     where c.command_id = any (p_command)
$$;

drop function log.append(
    text[], bytea, text[], text[], text[], bigint[], bigint[], text[], text[], int[], text[], bigint[], text[], text[],
    text[], text[], bytea, int[], text[], text[], boolean[], text[], bytea[], text[]);

-- The chain behind a batch (`audit/hash.rs` says what it is). Inlined where it is used.
create function log.link(p_chain bytea, p_last bigint, p_n int, p_at timestamptz, p_root bytea)
returns bytea
language sql stable
as $$
    select sha256(p_chain || int8send(p_last) || int4send(p_n) || int8send((extract(epoch from p_at) * 1000000)::bigint)
                  || p_root)
$$;

-- What goes in with the events: claims given back and taken, keys of new subjects, and keys that die.
create function log.write_surroundings(
    c_type text[], c_stream text[], k_command int[], k_scope text[], k_key text[], k_take boolean[],
    s_subject text[], s_wrapped bytea[], d_subject text[], p_now timestamptz)
returns void
language plpgsql
as $$
begin
    if cardinality(k_command) > 0 then
        perform log.write_claims(c_type, c_stream, k_command, k_scope, k_key, k_take);
    end if;
    if cardinality(s_subject) > 0 then
        insert into log.subject_keys (subject, wrapped, created_at)
        select unnest(s_subject), unnest(s_wrapped), p_now;
    end if;
    if cardinality(d_subject) > 0 then
        update log.subject_keys k set wrapped = null, destroyed_at = p_now
          from unnest(d_subject) as d(subject)
         where k.subject = d.subject and k.wrapped is not null;
    end if;
end
$$;

-- Appends a group of commands that nothing stands against, and gives the position behind which their events lie.
--
-- Commands come in the order of their ids and are numbered from 1; their events lie in the log in the order in which they
-- come, which is another. `c_first` is the sequence of a command's first event and `c_count` their number, null where it
-- has none. Digests and hashes come end to end, 32 bytes each. Left out are the outcomes where all commands have events, and the claims and keys where there are
-- none: each array costs as much as a column of a row. A unique_violation says that somebody was faster with a command
-- id, a sequence or a claim.
--
-- Values that go side by side are unnested in the list of columns, without a table of them in between. Of expressions
-- outside of statements there are few, since plpgsql prepares each of them anew in every transaction.
--
-- The settings that it needs are checked and not set: a function that sets one makes PostgreSQL look through all of them
-- twice. Whatever is looked up before the path is checked (the types of variables, the check itself) is named in full, so
-- that a caller cannot slip something of his own under the owner's rights.
--
-- The notices that commands were read from go in with them (`0013_notices_in_the_append.sql`); not before the head is
-- taken, so that nobody who puts the same notice into the inbox waits for the head.
--
-- Nobody is notified here: the appending process tells others afterwards (`append/herald.rs`).
create function log.append(
    c_id text[], c_digests bytea, c_type text[], c_stream text[], c_first bigint[], c_count int[],
    e_command int[], e_id text[], e_sequence bigint[], e_name text[], e_version text[], e_payload json[],
    e_metadata json[], e_hashes bytea,
    c_outcome text[] default null, c_code text[] default null, c_message text[] default null,
    k_command int[] default null, k_scope text[] default null, k_key text[] default null,
    k_take boolean[] default null,
    s_subject text[] default null, s_wrapped bytea[] default null, d_subject text[] default null,
    n_source text[] default null, n_key text[] default null, n_digests bytea default null,
    n_subject text[] default null, n_sealed bytea[] default null, n_received text[] default null,
    n_result text[] default null)
returns bigint
language plpgsql
security definer
as $$
declare
    written   int;
    unused    pg_catalog.text;
    head      bigint;
    old_chain pg_catalog.bytea;
    now_time  timestamp with time zone;
    new_root  pg_catalog.bytea;
begin
    if pg_catalog.current_setting('search_path') operator(pg_catalog.<>) 'log, pg_temp' then
        raise exception 'log.append runs as the owner of the log: say "set search_path = log, pg_temp" first'
            using errcode = '42501';
    end if;
    if current_setting('transaction_isolation') <> 'read committed' or current_setting('synchronous_commit') = 'off' then
        raise exception 'log.append needs READ COMMITTED and synchronous_commit'
            using errcode = '25001', hint = 'a snapshot taken before the lock gives wrong answers, and what is answered is to be kept';
    end if;
    written := cardinality(e_command);
    insert into log.commands (command_id, digest, outcome, code, message, aggregate_type, aggregate_id, first_sequence,
                              events, recorded_at)
    select unnest(c_id), substring(c_digests from generate_series(0, cardinality(c_id) - 1) * 32 + 1 for 32),
           unnest(coalesce(c_outcome, array_fill('appended'::text, array[cardinality(c_id)]))), unnest(c_code),
           unnest(c_message), unnest(c_type), unnest(c_stream), unnest(c_first), unnest(c_count), clock_timestamp();

    unused := pg_advisory_xact_lock(7305803671234501)::text;
    select b.last, b.chain, greatest(b.recorded_at, clock_timestamp()) into head, old_chain, now_time
      from log.batches b order by b.last desc limit 1;
    if not found then
        head := 0;
        old_chain := decode(repeat('00', 32), 'hex');
        now_time := clock_timestamp();
    end if;

    if written > 0 then
        insert into log.events (position, event_id, command_id, aggregate_type, aggregate_id, sequence, event_type,
                                event_version, payload, metadata, hash, recorded_at)
        select head + generate_series(1, written), unnest(e_id), c_id[unnest(e_command)], c_type[unnest(e_command)],
               c_stream[unnest(e_command)], unnest(e_sequence), unnest(e_name), unnest(e_version), unnest(e_payload),
               unnest(e_metadata), substring(e_hashes from generate_series(0, written - 1) * 32 + 1 for 32), now_time;
        new_root := sha256(e_hashes);
        insert into log.batches (last, n, root, chain, recorded_at)
        values (head + written, written, new_root, log.link(old_chain, head + written, written, now_time, new_root),
                now_time);
    end if;
    if k_command is not null or s_subject is not null or d_subject is not null then
        perform log.write_surroundings(c_type, c_stream, k_command, k_scope, k_key, k_take, s_subject, s_wrapped,
                                       d_subject, now_time);
    end if;
    if n_source is not null then
        perform log.keep_notices(n_source, n_key, n_digests, n_subject, n_sealed, n_received, n_result);
    end if;
    return head;
end
$$;

-- The same for one command with one event, as by day nearly every command is: a third of the time of a lone append goes
-- into arrays of one.
create function log.append_one(
    p_command text, p_digest bytea, p_type text, p_stream text, p_sequence bigint,
    p_event text, p_name text, p_version text, p_payload json, p_metadata json, p_hash bytea,
    k_command int[] default null, k_scope text[] default null, k_key text[] default null,
    k_take boolean[] default null,
    s_subject text[] default null, s_wrapped bytea[] default null, d_subject text[] default null,
    n_source text[] default null, n_key text[] default null, n_digests bytea default null,
    n_subject text[] default null, n_sealed bytea[] default null, n_received text[] default null,
    n_result text[] default null)
returns bigint
language plpgsql
security definer
as $$
declare
    unused    pg_catalog.text;
    head      bigint;
    old_chain pg_catalog.bytea;
    now_time  timestamp with time zone;
begin
    if pg_catalog.current_setting('search_path') operator(pg_catalog.<>) 'log, pg_temp' then
        raise exception 'log.append_one runs as the owner of the log: say "set search_path = log, pg_temp" first'
            using errcode = '42501';
    end if;
    if current_setting('transaction_isolation') <> 'read committed' or current_setting('synchronous_commit') = 'off' then
        raise exception 'log.append_one needs READ COMMITTED and synchronous_commit'
            using errcode = '25001', hint = 'a snapshot taken before the lock gives wrong answers, and what is answered is to be kept';
    end if;
    insert into log.commands (command_id, digest, outcome, aggregate_type, aggregate_id, first_sequence, events,
                              recorded_at)
    values (p_command, p_digest, 'appended', p_type, p_stream, p_sequence, 1, clock_timestamp());

    unused := pg_advisory_xact_lock(7305803671234501)::text;
    select b.last, b.chain, greatest(b.recorded_at, clock_timestamp()) into head, old_chain, now_time
      from log.batches b order by b.last desc limit 1;
    if not found then
        head := 0;
        old_chain := decode(repeat('00', 32), 'hex');
        now_time := clock_timestamp();
    end if;

    insert into log.events (position, event_id, command_id, aggregate_type, aggregate_id, sequence, event_type,
                            event_version, payload, metadata, hash, recorded_at)
    values (head + 1, p_event, p_command, p_type, p_stream, p_sequence, p_name, p_version, p_payload, p_metadata, p_hash,
            now_time);
    insert into log.batches (last, n, root, chain, recorded_at)
    values (head + 1, 1, sha256(p_hash), log.link(old_chain, head + 1, 1, now_time, sha256(p_hash)), now_time);
    if k_command is not null or s_subject is not null or d_subject is not null then
        perform log.write_surroundings(array[p_type], array[p_stream], k_command, k_scope, k_key, k_take, s_subject,
                                       s_wrapped, d_subject, now_time);
    end if;
    if n_source is not null then
        perform log.keep_notices(n_source, n_key, n_digests, n_subject, n_sealed, n_received, n_result);
    end if;
    return head;
end
$$;

-- Takes the lock and looks at each command of a group that did not fit: what was committed while it waited is seen
-- here. What fits by then goes through log.append anew, which finds out by itself if that is no longer so: a stream only
-- grows, so a command whose sequence is still free fits still.
create or replace function log.examine_group(
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
    known    record;
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
        select * into known from log.answered(array[c_id[i]]);
        if found then
            verdict := 'known'; digest := known.digest; outcome := known.outcome; code := known.code;
            message := known.message; first := known.first; last := known.last;
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

revoke all on function log.append, log.append_one, log.link, log.write_surroundings, log.examine_group, log.answered from public;
grant execute on function log.append, log.append_one, log.examine_group, log.answered to guanxi_server;
