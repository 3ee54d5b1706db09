-- What every worker received in every year, now and at any position: the list behind the numbers of workers.
--
-- A row is a worker in a year, from one event to the next. It lies where he counts, at the institution of his latest
-- result of the year; it tells the sum over all employers, as his file does, and names no single result. He reads it
-- himself as well.
set local role radledger_owner;

create function read.person_years_table(p_table text) returns void
language plpgsql set search_path = pg_catalog, pg_temp
as $$
begin
    execute format($ddl$
        create table read.%I (
            person uuid not null,
            dose_year smallint not null,
            since bigint not null,               -- position of the event that made this version
            org uuid,
            area text collate "C",
            category text collate "C" not null,
            band text collate "C" not null,      -- interval of the effective dose
            laboratories text collate "C" not null,  -- |id|id|, in order
            effective_nsv bigint not null,
            months int not null,
            results int not null,
            below_mdl int not null,
            orgs uuid[] not null,                -- every institution at which he received it
            until bigint,                        -- position of the next version; null while this is the present state
            check (until > since)
        )$ddl$, p_table);
end $$;

create function read.person_years_indexes(p_table text) returns void
language plpgsql set search_path = pg_catalog, pg_temp
as $$
begin
    -- A worker's years, in every version.
    execute format('create unique index %I on read.%I (person, dose_year, since)', p_table || '_person', p_table);
    -- The version that stands, to be closed. Not unique: a build stores versions before it knows where they end.
    execute format('create index %I on read.%I (person, dose_year) where until is null', p_table || '_open', p_table);
    -- By year and dose: whole, and within one area or institution; in every version, so that a list of a past moment is
    -- found as well. What a count looks at, and row-level security, is read in the index.
    execute format('create index %I on read.%I (dose_year, effective_nsv, person, until) include (since, category, band, area, org)',
                   p_table || '_year', p_table);
    execute format('create index %I on read.%I (area, dose_year, effective_nsv, person, until) include (since, category, band, org)',
                   p_table || '_area', p_table);
    execute format('create index %I on read.%I (org, dose_year, effective_nsv, person, until) include (since, category, band, area)',
                   p_table || '_org', p_table);
end $$;

create function read.person_years_scope() returns text
language sql immutable set search_path = pg_catalog, pg_temp
as $$ select $policy$
    (select current_setting('radledger.reach', true)) = 'city'
    or (select current_setting('radledger.reach', true)) = 'scope' and (
        'dose_result' = any ((select string_to_array(current_setting('radledger.kinds', true), ','))::text[])
        or area = any ((select string_to_array(current_setting('radledger.areas', true), ','))::text[])
        or org = any ((select string_to_array(current_setting('radledger.orgs', true), ','))::uuid[])
        or person = (select nullif(current_setting('radledger.person', true), ''))::uuid)
    $policy$ $$;

revoke all on function read.person_years_table, read.person_years_indexes, read.person_years_scope from public;

-- Over a log that has events the first version is marked as another fold's, so that the program builds it in one go.
do $$
declare
    v_version int;
begin
    v_version := read.begin_build('person_years', (select case when h.next_position = 0 then 1 else 0 end from ledger.log_head h));
    perform read.finish_build('person_years', v_version);
    perform read.switch('person_years', v_version);
    -- Workers of a year are counted by laboratory as well; rows that do not exist are what any fold would have made.
    update read.projection set code = 3 where name = 'statistics' and position = 0;
end $$;

reset role;
