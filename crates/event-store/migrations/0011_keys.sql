-- Keys of the installation and of subjects: what may be done to them, and by whom.

create table log.installation (
    only_one   boolean primary key default true check (only_one),
    secret     bytea not null,
    created_at timestamptz not null default clock_timestamp()
);

comment on table log.installation is
    'The secret behind look-up hashes and digests, wrapped by the master key. Lost secret: claims no longer compare.';

-- Wraps keys anew. A key that was destroyed or wrapped by somebody else meanwhile is left alone.
create function log.rewrap_keys(p_subject text[], p_old text[], p_new text[])
returns bigint
language sql
security definer
set search_path = log, pg_temp
as $$
    with rewrapped as (
        update log.subject_keys k set wrapped = decode(r.new, 'hex')
          from unnest(p_subject, p_old, p_new) as r(subject, old, new)
         where k.subject = r.subject and k.wrapped = decode(r.old, 'hex')
        returning 1
    )
    select count(*) from rewrapped
$$;

create function log.rewrap_installation(p_old text, p_new text)
returns void
language sql
security definer
set search_path = log, pg_temp
as $$
    update log.installation set secret = decode(p_new, 'hex') where secret = decode(p_old, 'hex')
$$;

-- Destroys keys that were destroyed once before: a restored backup has brought them back.
create function log.destroy_keys(p_subject text[])
returns table (subject text, owner text)
language sql
security definer
set search_path = log, pg_temp
as $$
    update log.subject_keys k set wrapped = null, destroyed_at = clock_timestamp()
     where k.subject = any (p_subject) and k.wrapped is not null
    returning k.subject, k.owner
$$;

create index subject_keys_destroyed on log.subject_keys (destroyed_at) where destroyed_at is not null;

revoke all on function log.rewrap_keys, log.rewrap_installation, log.destroy_keys from public;
grant execute on function log.rewrap_keys, log.rewrap_installation, log.destroy_keys to guanxi_server;
grant select, insert on log.installation to guanxi_server;
