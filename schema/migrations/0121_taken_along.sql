-- Lists about people that were taken along as files: by whom, why, whose data. Beside access.shown, and kept as it is: no part
-- of the ledger, written before the file is handed out, never changed.
set local role radledger_owner;

create table access.taken (
    id uuid primary key,
    at bigint not null,
    account uuid not null,
    kind text collate "C" not null,
    purpose text collate "C" not null,
    -- Position as of which the list was read.
    as_of bigint not null,
    -- SHA-256 of the body of the file, as the file says it of itself.
    digest bytea not null check (octet_length(digest) = 32),
    -- The workers in it whom the reader could read.
    subjects uuid[] not null check (cardinality(subjects) <= 5000)
);
create index taken_account on access.taken (account, at);
create index taken_subject on access.taken using gin (subjects);
create index taken_at on access.taken (at);

create trigger append_only before update or delete on access.taken for each row execute function ledger.refuse_change();
create trigger append_only_truncate before truncate on access.taken for each statement execute function ledger.refuse_change();

revoke all on access.taken from public;
grant insert, select on access.taken to radledger_appender;

reset role;
