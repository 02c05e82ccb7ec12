-- The log: events in one dense order, the batches that bind them, the answers to commands, and the claims.

create schema log;

do $$
declare
    role text;
begin
    foreach role in array array['guanxi_owner', 'guanxi_server', 'guanxi_appender', 'guanxi_reader'] loop
        begin
            execute format('create role %I nologin', role);
        exception when duplicate_object or unique_violation then
            null; -- roles belong to the cluster; another database has made it
        end;
    end loop;
end
$$;

create table log.batches (
    last        bigint primary key,
    n           integer not null check (n > 0),
    root        bytea not null,
    chain       bytea not null,
    recorded_at timestamptz not null
);

create table log.events (
    position       bigint not null,
    event_id       text not null,
    command_id     text,
    aggregate_type text not null check (octet_length(aggregate_type) between 1 and 128),
    aggregate_id   text not null check (octet_length(aggregate_id) between 1 and 128),
    sequence       bigint not null check (sequence > 0),
    event_type     text not null,
    event_version  text not null,
    payload        json not null,
    metadata       json not null,
    hash           bytea not null,
    recorded_at    timestamptz not null,
    primary key (aggregate_type, aggregate_id, sequence)
);
create unique index events_position on log.events (position);

create table log.commands (
    command_id     text primary key check (octet_length(command_id) between 1 and 128),
    digest         bytea not null,
    outcome        text not null check (outcome in ('appended', 'nothing', 'refused')),
    code           text,
    message        text,
    first_position bigint,
    last_position  bigint,
    recorded_at    timestamptz not null
);

create table log.claims (
    scope          text not null,
    key            text not null check (octet_length(key) between 1 and 256),
    aggregate_type text not null,
    aggregate_id   text not null,
    primary key (scope, key)
);
create index claims_stream on log.claims (aggregate_type, aggregate_id);

create table log.subject_keys (
    subject      text primary key,
    wrapped      bytea,
    owner        text,
    created_at   timestamptz not null default clock_timestamp(),
    destroyed_at timestamptz,
    check ((wrapped is null) = (destroyed_at is not null))
);
create index subject_keys_owner on log.subject_keys (owner) where owner is not null;
