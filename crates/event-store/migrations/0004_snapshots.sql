-- States as of a sequence, so that a long stream need not be read from its beginning. Derived and disposable: whoever
-- cannot read one, or finds it made for another shape of the state, reads the events.

create table log.snapshots (
    aggregate_type text not null,
    aggregate_id   text not null,
    schema         text not null,
    sequence       bigint not null check (sequence > 0),
    state          json not null,
    taken_at       timestamptz not null default clock_timestamp(),
    primary key (aggregate_type, aggregate_id, schema)
);
comment on table log.snapshots is 'May be emptied at any time. Personal data lies in it only sealed.';

grant select, insert, update, delete on log.snapshots to guanxi_server;
