-- The first row of each number is marked, and found by an index of its own: which keys there are is then read in one
-- go, as many rows as there are keys, and what remains is one look for the last row of each. A walk from key to key
-- through the whole history took two looks for each.
set local role radledger_owner;

create or replace function read.statistics_table(p_table text) returns void
language plpgsql set search_path = pg_catalog, pg_temp
as $$
begin
    execute format($ddl$
        create table read.%I (
            measure text collate "C" not null,
            kind text collate "C" not null,      -- of the records counted
            area text collate "C" not null,      -- empty: none
            org uuid,                            -- null: counts for the area
            institution uuid not null,           -- whose record it was, with which the row moves to another area; nil: none
            key text collate "C" not null,       -- values of the dimensions, each with U+001F behind it
            position bigint not null,
            delta bigint not null,
            amount_delta bigint not null,
            total bigint not null,               -- of this measure, area or institution, and key
            amount_total bigint not null,
            first boolean not null               -- no row of this measure, area or institution, and key stands before it
        )$ddl$, p_table);
end $$;

create or replace function read.statistics_indexes(p_table text) returns void
language plpgsql set search_path = pg_catalog, pg_temp
as $$
begin
    -- The last row of a key up to a position.
    execute format('create unique index %I on read.%I (measure, area, key, position, institution) where org is null', p_table || '_areas', p_table);
    execute format('create unique index %I on read.%I (measure, org, key, position) where org is not null', p_table || '_orgs', p_table);
    perform read.statistics_first_indexes(p_table);
    -- For moving an institution's rows to another area.
    execute format('create index %I on read.%I (institution)', p_table || '_moved', p_table);
end $$;

-- The keys of an area or of an institution, with what row-level security asks for. Not unique: a move to another area
-- passes through states in which a key has two first rows.
create function read.statistics_first_indexes(p_table text) returns void
language plpgsql set search_path = pg_catalog, pg_temp
as $$
begin
    execute format('create index %I on read.%I (measure, area, key) include (position, kind, org) where org is null and first', p_table || '_area_keys', p_table);
    execute format('create index %I on read.%I (measure, org, key) include (position, kind, area) where org is not null and first', p_table || '_org_keys', p_table);
end $$;

revoke all on function read.statistics_first_indexes from public;

-- What is stored already gets its marks; the fold is the same, so nothing is built anew. A build that was broken off
-- has no indexes: it goes as it would at the next start.
do $$
declare
    v_version int;
    v_state text;
    v_table text;
begin
    for v_version, v_state in select p.version, p.state from read.projection p where p.name = 'statistics' order by p.version
    loop
        v_table := 'statistics_v' || v_version;
        if v_state = 'building' then
            perform read.abandon('statistics', v_version);
            continue;
        end if;
        execute format('alter table read.%I no force row level security', v_table);
        execute format('alter table read.%I add column first boolean not null default false', v_table);
        execute format($dml$
            update read.%1$I t set first = true from (
                select distinct on (measure, area, key) ctid as at from read.%1$I where org is null
                 order by measure, area, key, position, institution) f
             where t.ctid = f.at$dml$, v_table);
        execute format($dml$
            update read.%1$I t set first = true from (
                select distinct on (measure, org, key) ctid as at from read.%1$I where org is not null
                 order by measure, org, key, position) f
             where t.ctid = f.at$dml$, v_table);
        execute format('alter table read.%I alter column first drop default', v_table);
        perform read.statistics_first_indexes(v_table);
        execute format('alter table read.%I force row level security', v_table);
        execute format('analyze read.%I', v_table);
        if v_state = 'live' then
            execute format('create or replace view read.statistics with (security_invoker = true) as select * from read.%I', v_table);
        end if;
    end loop;
end $$;

reset role;
