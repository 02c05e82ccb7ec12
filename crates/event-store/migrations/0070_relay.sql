-- What the relay to Kafka must remember outside Kafka. Its position is mirrored as the checkpoint of follower `relay`.

create schema relay;

-- How many partitions a topic was made with: another number would break the order of a key.
create table relay.topics (
    topic       text        primary key,
    partitions  integer     not null check (partitions > 0),
    recorded_at timestamptz not null default clock_timestamp()
);

-- Who let the relay go on from where, and why it had refused.
create table relay.adoptions (
    id         bigint      generated always as identity primary key,
    position   bigint      not null,
    before     bigint,
    adopted_by text        not null,
    adopted_at timestamptz not null default clock_timestamp()
);

grant usage on schema relay to guanxi_server;
grant select, insert, delete on relay.topics to guanxi_server;
grant select, insert on relay.adoptions to guanxi_server;
