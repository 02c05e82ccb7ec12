-- Who may call the API. Secrets are 256 random bits, so a plain SHA-256 of them is enough.
create schema if not exists access;

create table access.api_keys (
    id            text primary key,
    name          text not null unique,
    secret_sha256 bytea not null check (octet_length(secret_sha256) = 32),
    scopes        text[] not null check (cardinality(scopes) > 0),
    stores        text[],
    created_at    timestamptz not null default clock_timestamp(),
    expires_at    timestamptz,
    revoked_at    timestamptz
);

comment on table access.api_keys is 'Bearer keys of the HTTP API; the secrets themselves are stored nowhere.';
comment on column access.api_keys.stores is 'Stores that the key is limited to; null means all.';

grant usage on schema access to guanxi_server;
grant select, insert, update on access.api_keys to guanxi_server;
