-- Records of a worker are found by the worker: their first facet names him.
set local role radledger_owner;

-- Indexes, statistics, row-level security, rights of the reader. Building the
-- indexes after the load is what makes a rebuild cheap.
create or replace function read.finish_build(p_name text, p_version int) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp
set maintenance_work_mem = '256MB'
as $$
declare
    v_table text := format('read.%I', p_name || '_v' || p_version);
    v_prefix text := p_name || '_v' || p_version;
begin
    case p_name
    when 'current' then
        -- An event makes one version of one record, so its position is a key: loaded in order, closed by it.
        execute format('alter table %s add constraint %I primary key (since)', v_table, v_prefix || '_pkey');
        -- By record, every version.
        execute format('create index %I on %s (id)', v_prefix || '_id', v_table);
        -- The present state of a kind, by label: whole, and within one area, organisation, state or account.
        execute format('create index %I on %s (kind, label, id) where until is null', v_prefix || '_label', v_table);
        execute format('create index %I on %s (kind, area, label, id) where until is null', v_prefix || '_area', v_table);
        execute format('create index %I on %s (kind, org, label, id) where until is null', v_prefix || '_org', v_table);
        execute format('create index %I on %s (kind, state, label, id) where until is null', v_prefix || '_state', v_table);
        execute format('create index %I on %s (account, kind) where until is null and account is not null', v_prefix || '_account', v_table);
        -- What changed last.
        execute format('create index %I on %s (kind, since) where until is null', v_prefix || '_newest', v_table);
        -- The member by which a record is looked up: factory number, credit code, subject of an erasure.
        execute format('create index %I on %s ((case kind when ''device'' then facets[4] else facets[2] end), kind)
                            where until is null and kind in (''device'', ''institution'', ''erasure'')', v_prefix || '_lookup', v_table);
        -- What belongs to a worker, in every version: his file is read now and as of any day.
        execute format('create index %I on %s ((facets[1]), kind, since) where kind in (''certificate'', ''dose_result'',
                            ''dosimeter'', ''employment'', ''exam_result'', ''restriction'', ''training_record'')',
                       v_prefix || '_person', v_table);
        -- For moving an organisation's rows to another area.
        execute format('create index %I on %s (org) where org is not null', v_prefix || '_moved', v_table);
    when 'timeline' then
        execute format('alter table %s add constraint %I primary key (subject, subject_kind, position)', v_table, v_prefix || '_pkey');
        execute format('create index %I on %s (position) where own', v_prefix || '_own', v_table);
        execute format('create index %I on %s (org) where org is not null', v_prefix || '_moved', v_table);
    end case;
    execute format('alter table %s enable row level security', v_table);
    execute format('alter table %s force row level security', v_table);
    execute format('create policy folding on %s to radledger_projector using (true) with check (true)', v_table);
    -- Each setting is read once per query (an InitPlan), not once per row. Unset or empty shows nothing.
    execute format($ddl$
        create policy scope on %s for select to radledger_reader using (
            (select current_setting('radledger.reach', true)) = 'city'
            or (select current_setting('radledger.reach', true)) = 'scope' and (
                kind = any ((select string_to_array(current_setting('radledger.kinds', true), ','))::text[])
                or area = any ((select string_to_array(current_setting('radledger.areas', true), ','))::text[])
                or org = any ((select string_to_array(current_setting('radledger.orgs', true), ','))::uuid[])
                or account = (select nullif(current_setting('radledger.account', true), ''))::uuid))
        $ddl$, v_table);
    execute format('grant select on %s to radledger_reader', v_table);
    execute format('analyze %s', v_table);
end $$;

-- The versions that were built before this one.
do $$
declare
    v_version int;
begin
    for v_version in select p.version from read.projection p where p.name = 'current' and p.state <> 'building' loop
        execute format('create index %I on read.%I ((facets[1]), kind, since) where kind in (''certificate'', ''dose_result'',
                            ''dosimeter'', ''employment'', ''exam_result'', ''restriction'', ''training_record'')',
                       'current_v' || v_version || '_person', 'current_v' || v_version);
    end loop;
end $$;

reset role;
