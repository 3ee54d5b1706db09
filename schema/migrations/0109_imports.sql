-- Files that laboratories brought to be imported, until their rows are signed: private, encrypted under their owner's
-- key, never in the ledger, gone after a while.
set local role radledger_owner;

create table access.import (
    account uuid not null,
    id uuid not null,
    saved_at bigint not null,
    expires_at bigint not null,
    size bigint not null check (size > 0),
    settings bytea not null check (octet_length(settings) <= 100000),
    box bytea not null check (octet_length(box) <= 60000000),
    primary key (account, id)
);
create index import_expires_at on access.import (expires_at);
-- A sealed file does not become smaller.
alter table access.import alter column box set storage external;

-- Whoever asks says for whom, and nobody else's file is there for him.
alter table access.import enable row level security;
create policy own on access.import to radledger_appender
    using (account::text = current_setting('radledger.account', true))
    with check (account::text = current_setting('radledger.account', true));

-- What has expired goes away, whoever brought it.
create function access.sweep_imports(p_now bigint) returns bigint
    language sql volatile security definer set search_path = pg_catalog, pg_temp
as $$
    with gone as (delete from access.import where expires_at <= p_now returning 1) select count(*) from gone
$$;

revoke all on access.import from public;
revoke all on function access.sweep_imports(bigint) from public;
grant select, insert, update, delete on access.import to radledger_appender;
grant execute on function access.sweep_imports(bigint) to radledger_appender;

reset role;
