-- Workers of a year among the numbers: an event may count somebody at another institution of the same area, so an area
-- has two rows of one position, in the order of the institutions.
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
            amount_total bigint not null
        )$ddl$, p_table);
end $$;

create or replace function read.statistics_indexes(p_table text) returns void
language plpgsql set search_path = pg_catalog, pg_temp
as $$
begin
    -- The last row of a key up to a position; the keys of an area one after another.
    execute format('create unique index %I on read.%I (measure, area, key, position, institution) where org is null', p_table || '_areas', p_table);
    execute format('create unique index %I on read.%I (measure, org, key, position) where org is not null', p_table || '_orgs', p_table);
    -- For moving an institution's rows to another area.
    execute format('create index %I on read.%I (institution)', p_table || '_moved', p_table);
end $$;

-- In a new ledger the live version is empty, and made anew; any other is read until the program has built the next.
do $$
declare
    v_version int;
begin
    if exists (select from read.projection p join read.live l using (name, version)
                where p.name = 'statistics' and p.position = 0 and p.code = 1) then
        v_version := read.begin_build('statistics', 2);
        perform read.finish_build('statistics', v_version);
        perform read.switch('statistics', v_version);
        perform read.drop_retired('statistics', interval '0');
    end if;
end $$;

reset role;
