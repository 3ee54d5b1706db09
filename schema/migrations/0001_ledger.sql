-- The log and what is committed together with it. Everything here belongs to a
-- role that cannot log in; rows are written by ledger.append (0002) alone.
create schema ledger authorization radledger_owner;
set local role radledger_owner;

-- The one serial point: positions are taken from this row, under its lock.
create table ledger.log_head (
    one boolean primary key default true check (one),
    epoch bigint not null default 1,             -- fencing: raised by a takeover or a restore
    next_position bigint not null default 0,     -- = size of the tree
    last_at bigint not null default 0,           -- recorded_at of the last event, microseconds since 1970
    simulated boolean not null default false     -- a demonstration's clock is not compared with ours
) with (fillfactor = 10);
insert into ledger.log_head default values;

-- The events. Streams are read by walking prev_position back by primary key,
-- so that the log carries no index but its own order. No check constraints on
-- what every append writes: each statement would compile them anew, a quarter of
-- a single append; ledger.append asserts what they would say, the audit too.
create table ledger.event (
    position bigint not null,
    recorded_at bigint not null,
    id uuid not null,
    kind text not null,
    record uuid not null,
    version int not null,
    prev_position bigint,                        -- of this record's version - 1; null at version 1
    type text not null,
    schema smallint not null,
    account uuid not null,
    alg smallint not null,
    key bytea not null,
    signature bytea not null,
    payload bytea not null,                      -- byte for byte what was signed, never jsonb
    hash bytea not null,
    primary key (position)
) partition by range (position);
-- Payloads are read whole and compress little; the server's time is better spent.
alter table ledger.event alter column payload set storage external;

create table ledger.event_id (
    id uuid primary key,
    position bigint not null
);

create table ledger.batch_id (
    id uuid primary key,
    position bigint not null                     -- of the batch's first event
);

create table ledger.record_head (
    record uuid not null,
    kind text not null,
    version int not null,
    position bigint not null,
    hash bytea not null,
    primary key (record, kind)
) with (fillfactor = 70);

-- Index keys: the last touch of a key is its highest position, its members are the distinct records.
create table ledger.touch (
    key text collate "C" not null,
    position bigint not null,
    kind text not null,
    record uuid not null,
    primary key (key, position)
);

-- Who holds a business key now. The content is a keyed digest of the event that took it.
create table ledger.claim (
    digest bytea primary key,
    kind text not null,
    record uuid not null,
    position bigint not null,
    content bytea not null
) with (fillfactor = 80);

-- Personal values, encrypted under their subject's key. Erasure destroys the key, never the row.
create table ledger.opening (
    event_id uuid not null,
    pointer text not null,
    subject_kind text not null,
    subject uuid not null,
    generation int not null,
    box bytea not null,
    primary key (event_id, pointer)
);

-- The tree: finished tiles of 256 hashes, signed checkpoints, the unfinished right edge.
create table ledger.tile (
    level smallint not null,
    index bigint not null,
    hashes bytea not null check (octet_length(hashes) = 8192),
    primary key (level, index)
);
alter table ledger.tile alter column hashes set storage external;

create table ledger.checkpoint (
    size bigint primary key,
    root bytea not null check (octet_length(root) = 32),
    note text not null,
    created_at bigint not null
);

create table ledger.published (
    size bigint primary key references ledger.checkpoint,
    published_at bigint not null
);

create table ledger.sealer_edge (
    one boolean primary key default true check (one),
    size bigint not null default 0,
    edge bytea not null default ''
);
insert into ledger.sealer_edge default values;

-- What was written stays. The roles have no right to change it either; this
-- also stops the owner and a superuser who does not disable the trigger first,
-- which the audit reports.
create function ledger.refuse_change() returns trigger language plpgsql as $$
begin
    raise exception 'ledger.% is append-only', tg_table_name using errcode = 'LG004';
end $$;

do $$
declare
    name text;
begin
    foreach name in array array['event', 'event_id', 'batch_id', 'touch', 'opening', 'tile', 'checkpoint', 'published'] loop
        execute format('create trigger append_only before update or delete on ledger.%I for each row execute function ledger.refuse_change()', name);
        execute format('create trigger append_only_truncate before truncate on ledger.%I for each statement execute function ledger.refuse_change()', name);
    end loop;
end $$;

revoke all on all tables in schema ledger from public;
revoke all on all functions in schema ledger from public;
grant usage on schema ledger to radledger_appender, radledger_reader, radledger_sealer, radledger_projector;

-- The appender reads everything and writes through ledger.append alone.
grant select on all tables in schema ledger to radledger_appender;

-- The sealer sees what a leaf is made of, never a payload.
grant select (position, recorded_at, alg, key, signature, hash) on ledger.event to radledger_sealer;
grant select on ledger.log_head, ledger.tile, ledger.checkpoint, ledger.published, ledger.sealer_edge to radledger_sealer;
grant insert on ledger.tile, ledger.checkpoint, ledger.published to radledger_sealer;
grant update (size, edge) on ledger.sealer_edge to radledger_sealer;

grant select on ledger.event, ledger.opening, ledger.log_head to radledger_projector;

grant select on ledger.event, ledger.opening, ledger.log_head, ledger.tile, ledger.checkpoint, ledger.published to radledger_reader;

-- Row-level security: without a policy of its own (made with the read model) the reader sees no event.
alter table ledger.event enable row level security;
alter table ledger.opening enable row level security;
create policy everything on ledger.event for select to radledger_appender, radledger_sealer, radledger_projector using (true);
create policy everything on ledger.opening for select to radledger_appender, radledger_projector using (true);

reset role;
