-- How far an import of a foreign data set has come, so that it goes on where it was.
create schema imports;

create table imports.progress (
    data_set    text not null,
    fingerprint text not null,
    day         date not null,
    done_at     timestamptz not null default clock_timestamp(),
    primary key (data_set, fingerprint)
);
comment on table imports.progress is 'The last day of a data set whose every command has been answered.';

comment on column imports.progress.fingerprint is 'SHA-256 over the contents of the files: another cut of the data set has progress of its own.';

grant usage on schema imports to guanxi_server;
grant select, insert, update on imports.progress to guanxi_server;
