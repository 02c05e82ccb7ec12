-- How far followers have come, what they set aside, and what is due later.

create schema if not exists follow;

-- The newest row of a follower is its checkpoint. It is inserted first in the transaction of the work, so that a
-- follower which was thought dead fails on the key; rows are appended and pruned, never updated, since an updated row
-- rots under a long snapshot.
create table follow.checkpoints (
    follower        text        not null,
    version         integer     not null,
    generation      integer     not null,
    number          bigint      not null,
    position        bigint      not null,
    chain           bytea       not null check (octet_length(chain) = 32),
    rows_checksum   bigint      not null default 0,
    totals_checksum bigint      not null default 0,
    committed_at    timestamptz not null default clock_timestamp(),
    primary key (follower, version, generation, number)
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);

-- Which tables the stable SQL views of a view show.
create table follow.views (
    name       text        primary key,
    version    integer     not null,
    generation integer     not null,
    definition text        not null,
    reporting  text[]      not null,
    swapped_at timestamptz not null default clock_timestamp()
);

-- Events set aside for one key of one follower: the poisoned one (with an error), and those of the key behind it.
create table follow.parked (
    id         bigint      generated always as identity primary key,
    follower   text        not null,
    version    integer     not null,
    generation integer     not null,
    key        text        not null,
    position   bigint      not null,
    error      text,
    attempts   integer     not null default 1,
    parked_at  timestamptz not null default clock_timestamp(),
    unique (follower, version, generation, key, position)
);

-- Events that shall never be applied to a key. A rebuild obeys them.
create table follow.discards (
    follower     text        not null,
    key          text        not null,
    position     bigint      not null,
    reason       text        not null check (reason <> ''),
    discarded_by text        not null,
    discarded_at timestamptz not null default clock_timestamp(),
    primary key (follower, key, position)
);

-- From where on a version of a policy speaks; what lies before, it only remembers.
create table follow.policies (
    name         text    not null,
    version      integer not null,
    speaks_after bigint  not null,
    primary key (name, version)
);

-- What a policy keeps in mind, committed with its checkpoint.
create table follow.memories (
    policy  text    not null,
    version integer not null,
    key     text    not null,
    memory  jsonb   not null,
    primary key (policy, version, key)
);

-- What must happen later, committed with the checkpoint of the policy that wants it.
create table follow.deadlines (
    policy   text        not null,
    key      text        not null,
    due_at   timestamptz not null,
    payload  jsonb       not null,
    cause    jsonb       not null,
    attempts integer     not null default 0,
    error    text,
    primary key (policy, key)
);
create index deadlines_due on follow.deadlines (due_at) where error is null;

-- What time it is: the wall's while `watermark` is null, else the day that an import has reached.
create table follow.clock (
    one       boolean     primary key default true check (one),
    watermark timestamptz
);
insert into follow.clock default values;

create schema if not exists views;
create schema if not exists reporting;
alter schema views owner to guanxi_server;
alter schema reporting owner to guanxi_server;
grant usage on schema reporting to guanxi_reader;

grant usage on schema follow to guanxi_server;
grant select, insert, update, delete on all tables in schema follow to guanxi_server;
revoke update, delete on follow.discards from guanxi_server;
