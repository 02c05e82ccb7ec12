-- How far an import of a foreign data set has come, so that it goes on where it was.
create schema imports;

create table imports.progress (
    data_set text primary key,
    day      date not null,
    done_at  timestamptz not null default clock_timestamp()
);
comment on table imports.progress is 'The last day of a data set whose every command has been answered.';

grant usage on schema imports to guanxi_server;
grant select, insert, update on imports.progress to guanxi_server;
