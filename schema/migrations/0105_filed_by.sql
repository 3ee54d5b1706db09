-- A row may be read by the organisation that filed it, and a worker reads what is about him.
--
-- A result lies under the employment of the worker, so the hospital and its county read it; the laboratory that
-- reported it reads it by `filed_by`. What belongs to one worker is opened by the setting `radledger.person`.
--
-- What is particular to a projection stands in functions of its own from now on: its table, its indexes, who reads it.
set local role radledger_owner;

alter table read.projection drop constraint projection_name_check;

-- The table of a projection, without indexes.
create function read.current_table(p_table text) returns void
language plpgsql set search_path = pg_catalog, pg_temp
as $$
begin
    execute format($ddl$
        create table read.%I (
            kind text collate "C" not null,
            id uuid not null,
            version int not null,
            since bigint not null,           -- position of the event that made this version
            until bigint,                    -- position of the next one; null while this is the present state
            recorded_at bigint not null,     -- microseconds
            org uuid,
            area text collate "C",
            account uuid,
            label text collate "C" not null,
            state text collate "C" not null,
            facets text[] collate "C" not null,
            row text not null,               -- the state as JSON, sealed members as commitments
            filed_by uuid,                   -- service organisation that filed it about another one; last, as views only grow
            check (until > since)
        )$ddl$, p_table);
    -- Nobody asks by them as a whole, and they are most of a row.
    execute format('alter table read.%I alter column row set statistics 0, alter column facets set statistics 0', p_table);
end $$;

create function read.timeline_table(p_table text) returns void
language plpgsql set search_path = pg_catalog, pg_temp
as $$
begin
    execute format($ddl$
        create table read.%I (
            subject_kind text collate "C" not null,
            subject uuid not null,
            position bigint not null,
            event_type text collate "C" not null,
            meaning text collate "C" not null,
            kind text collate "C" not null,
            record uuid not null,
            version int not null,
            signer uuid not null,
            recorded_at bigint not null,
            org uuid,
            area text collate "C",
            account uuid,
            own boolean not null,            -- the one row of its event whose subject is the record itself
            filed_by uuid
        )$ddl$, p_table);
end $$;

-- The indexes of a projection.
create function read.current_indexes(p_table text) returns void
language plpgsql set search_path = pg_catalog, pg_temp
as $$
begin
    -- An event makes one version of one record, so its position is a key: loaded in order, closed by it.
    execute format('alter table read.%I add constraint %I primary key (since)', p_table, p_table || '_pkey');
    -- By record, every version.
    execute format('create index %I on read.%I (id)', p_table || '_id', p_table);
    -- A kind by label: whole, and within one area or organisation, in every version, so that a list of a past moment is
    -- found as well; the end of a version is read in the index.
    execute format('create index %I on read.%I (kind, label, id, until)', p_table || '_label', p_table);
    execute format('create index %I on read.%I (kind, area, label, id, until)', p_table || '_area', p_table);
    execute format('create index %I on read.%I (kind, org, label, id, until)', p_table || '_org', p_table);
    -- The present state of a kind, within one state or account, and of what a service organisation filed.
    execute format('create index %I on read.%I (kind, state, label, id) where until is null', p_table || '_state', p_table);
    execute format('create index %I on read.%I (account, kind) where until is null and account is not null', p_table || '_account', p_table);
    execute format('create index %I on read.%I (kind, filed_by, label, id) where until is null and filed_by is not null',
                   p_table || '_filed_by', p_table);
    -- What changed last.
    execute format('create index %I on read.%I (kind, since) where until is null', p_table || '_newest', p_table);
    -- The member by which a record is looked up: factory number, credit code, subject of an erasure, report, contract.
    execute format('create index %I on read.%I ((case kind when ''device'' then facets[4] when ''dose_result'' then facets[6]
                        when ''dose_report'' then facets[3] else facets[2] end), kind, label, id)
                        where until is null and kind in (''device'', ''institution'', ''erasure'', ''dose_result'', ''dose_report'')',
                   p_table || '_lookup', p_table);
    -- What belongs to a worker, in every version: his file is read now and as of any day.
    execute format('create index %I on read.%I ((facets[1]), kind, since) where kind in (''certificate'', ''dose_result'',
                        ''dosimeter'', ''employment'', ''exam_result'', ''restriction'', ''training_record'')',
                   p_table || '_person', p_table);
    -- For moving an organisation's rows to another area.
    execute format('create index %I on read.%I (org) where org is not null', p_table || '_moved', p_table);
end $$;

create function read.timeline_indexes(p_table text) returns void
language plpgsql set search_path = pg_catalog, pg_temp
as $$
begin
    execute format('alter table read.%I add constraint %I primary key (subject, subject_kind, position)', p_table, p_table || '_pkey');
    execute format('create index %I on read.%I (position) where own', p_table || '_own', p_table);
    execute format('create index %I on read.%I (org) where org is not null', p_table || '_moved', p_table);
end $$;

-- Who sees a row. Each setting is read once per query (an InitPlan), not once per row; unset or empty shows nothing.
-- What every projection has in common:
create function read.common_scope() returns text
language sql immutable set search_path = pg_catalog, pg_temp
as $$ select $policy$
    (select current_setting('radledger.reach', true)) = 'city'
    or (select current_setting('radledger.reach', true)) = 'scope' and (
        kind = any ((select string_to_array(current_setting('radledger.kinds', true), ','))::text[])
        or area = any ((select string_to_array(current_setting('radledger.areas', true), ','))::text[])
        or org = any ((select string_to_array(current_setting('radledger.orgs', true), ','))::uuid[])
        or filed_by = any ((select string_to_array(current_setting('radledger.orgs', true), ','))::uuid[])
        or account = (select nullif(current_setting('radledger.account', true), ''))::uuid)
    $policy$ $$;

create function read.current_scope() returns text
language sql immutable set search_path = pg_catalog, pg_temp
as $$ select read.common_scope() || $policy$
    or (select current_setting('radledger.reach', true)) = 'scope' and (
        kind = 'person' and id = (select nullif(current_setting('radledger.person', true), ''))::uuid
        or kind in ('certificate', 'dose_result', 'dosimeter', 'employment', 'exam_result', 'restriction', 'training_record')
           and facets[1] = (select nullif(current_setting('radledger.person', true), '')))
    $policy$ $$;

create function read.timeline_scope() returns text
language sql immutable set search_path = pg_catalog, pg_temp
as $$ select read.common_scope() $$;

-- Makes the table of a new version, in the caller's transaction: empty, without
-- indexes and readable by the projector alone, ready for COPY. Nobody else sees
-- anything of it before read.finish_build and the commit.
create or replace function read.begin_build(p_name text, p_code int) returns int
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
    v_version int;
    v_table text;
begin
    -- One builder at a time takes a number.
    lock table read.projection in share row exclusive mode;
    select coalesce(max(p.version), 0) + 1 into v_version from read.projection p where p.name = p_name;
    v_table := p_name || '_v' || v_version;
    insert into read.projection (name, version, code) values (p_name, v_version, p_code);
    execute format('select read.%I($1)', p_name || '_table') using v_table;
    execute format('revoke all on read.%I from public', v_table);
    execute format('grant select, insert, update on read.%I to radledger_projector', v_table);
    return v_version;
end $$;

-- Indexes, statistics, row-level security, rights of the reader. Building the
-- indexes after the load is what makes a rebuild cheap.
create or replace function read.finish_build(p_name text, p_version int) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp
set maintenance_work_mem = '256MB'
as $$
declare
    v_table text := p_name || '_v' || p_version;
    v_scope text;
begin
    execute format('select read.%I($1)', p_name || '_indexes') using v_table;
    execute format('select read.%I()', p_name || '_scope') into v_scope;
    execute format('alter table read.%I enable row level security', v_table);
    execute format('alter table read.%I force row level security', v_table);
    execute format('create policy folding on read.%I to radledger_projector using (true) with check (true)', v_table);
    execute format('create policy scope on read.%I for select to radledger_reader using (%s)', v_table, v_scope);
    execute format('grant select on read.%I to radledger_reader', v_table);
    execute format('analyze read.%I', v_table);
end $$;

revoke all on function read.current_table, read.timeline_table, read.current_indexes, read.timeline_indexes,
    read.common_scope, read.current_scope, read.timeline_scope from public;

-- The versions that readers are shown until the program has folded new ones. In a new ledger they are empty, and new.
do $$
declare
    v record;
    v_table text;
begin
    for v in select p.* from read.projection p join read.live l using (name, version) loop
        v_table := v.name || '_v' || v.version;
        if v.position = 0 then
            v.version := read.begin_build(v.name, 2);
            perform read.finish_build(v.name, v.version);
            perform read.switch(v.name, v.version);
            perform read.drop_retired(v.name, interval '0');
        else
            execute format('alter table read.%I add column filed_by uuid', v_table);
            execute format('create or replace view read.%I with (security_invoker = true) as select * from read.%I', v.name, v_table);
        end if;
    end loop;
end $$;

reset role;
