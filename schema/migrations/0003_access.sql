-- Sessions of people who logged in with their key. Not part of the ledger: rows come and go.
create schema access authorization radledger_owner;
set local role radledger_owner;

create table access.session (
    token_hash bytea primary key check (octet_length(token_hash) = 32),
    nonce bytea not null unique,                 -- of the signed challenge: a login works once
    account uuid not null,
    key bytea not null check (octet_length(key) = 32),
    created_at bigint not null,
    expires_at bigint not null
);
create index session_expires_at on access.session (expires_at);

revoke all on all tables in schema access from public;
grant usage on schema access to radledger_appender;
grant select, insert, delete on access.session to radledger_appender;

reset role;
