-- Numbers that no question has to scan for: what each event changed, and the total after it, by measure and key. The
-- number at any position is the last row of its key up to there.
--
-- A change is a row for the supervision area (org is null) and a row for the institution: an institution reads its own
-- rows, and a row for an area would tell it the total of its county. An event may count a worker at another institution of
-- the same area, so an area may have two rows of one position, in the order of the institutions.
set local role radledger_owner;

create function read.statistics_table(p_table text) returns void
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

create function read.statistics_indexes(p_table text) returns void
language plpgsql set search_path = pg_catalog, pg_temp
as $$
begin
    -- The last row of a key up to a position; the keys of an area one after another.
    execute format('create unique index %I on read.%I (measure, area, key, position, institution) where org is null', p_table || '_areas', p_table);
    execute format('create unique index %I on read.%I (measure, org, key, position) where org is not null', p_table || '_orgs', p_table);
    -- For moving an institution's rows to another area.
    execute format('create index %I on read.%I (institution)', p_table || '_moved', p_table);
end $$;

create function read.statistics_scope() returns text
language sql immutable set search_path = pg_catalog, pg_temp
as $$ select $policy$
    (select current_setting('radledger.reach', true)) = 'city'
    or (select current_setting('radledger.reach', true)) = 'scope' and (
        kind = any ((select string_to_array(current_setting('radledger.kinds', true), ','))::text[])
        or area = any ((select string_to_array(current_setting('radledger.areas', true), ','))::text[])
        or org = any ((select string_to_array(current_setting('radledger.orgs', true), ','))::uuid[]))
    $policy$ $$;

revoke all on function read.statistics_table, read.statistics_indexes, read.statistics_scope from public;

-- Over a log that has events the first version is marked as another fold's, so that the program builds it in one go.
do $$
declare
    v_version int;
begin
    v_version := read.begin_build('statistics', (select case when h.next_position = 0 then 2 else 0 end from ledger.log_head h));
    perform read.finish_build('statistics', v_version);
    perform read.switch('statistics', v_version);
    -- Lists have more facets from now on; rows that do not exist are what any fold would have made.
    update read.projection set code = 3 where name = 'current' and position = 0;
end $$;

reset role;
