-- What else lies in a worker's file: examinations, training, certificates, restrictions, investigations, transfers and
-- warnings. Tests are found by their device, certificates and training by their number. A transfer is read by the
-- institutions and the counties of both its sides.
set local role radledger_owner;

-- What belongs to one worker.
create or replace function read.of_person() returns text
language sql immutable set search_path = pg_catalog, pg_temp
as $$ select $kinds$kind in ('attachment', 'certificate', 'dose_result', 'dosimeter', 'employment', 'exam_result', 'investigation', 'restriction', 'training_record', 'transfer', 'warning')$kinds$ $$;

create or replace function read.current_table(p_table text) returns void
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
            other_area text collate "C",     -- county on the other side of a transfer: it reads it as well
            check (until > since)
        )$ddl$, p_table);
    -- Nobody asks by them as a whole, and they are most of a row.
    execute format('alter table read.%I alter column row set statistics 0, alter column facets set statistics 0', p_table);
end $$;

create or replace function read.timeline_table(p_table text) returns void
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
            filed_by uuid,
            person uuid,                     -- the worker in whose file the event's record lies
            other_area text collate "C"
        )$ddl$, p_table);
end $$;

-- Who sees a row: the county on the other side of a transfer as well.
create or replace function read.common_scope() returns text
language sql immutable set search_path = pg_catalog, pg_temp
as $$ select $policy$
    (select current_setting('radledger.reach', true)) = 'city'
    or (select current_setting('radledger.reach', true)) = 'scope' and (
        kind = any ((select string_to_array(current_setting('radledger.kinds', true), ','))::text[])
        or area = any ((select string_to_array(current_setting('radledger.areas', true), ','))::text[])
        or other_area = any ((select string_to_array(current_setting('radledger.areas', true), ','))::text[])
        or org = any ((select string_to_array(current_setting('radledger.orgs', true), ','))::uuid[])
        or filed_by = any ((select string_to_array(current_setting('radledger.orgs', true), ','))::uuid[])
        or account = (select nullif(current_setting('radledger.account', true), ''))::uuid)
    $policy$ $$;

create or replace function read.current_indexes(p_table text) returns void
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
    -- The present state of a kind, within one state or account.
    execute format('create index %I on read.%I (kind, state, label, id) where until is null', p_table || '_state', p_table);
    execute format('create index %I on read.%I (account, kind) where until is null and account is not null', p_table || '_account', p_table);
    -- What a service organisation filed, in every version: the lists behind a laboratory's numbers, now and at any moment.
    execute format('create index %I on read.%I (kind, filed_by, label, id, until) where filed_by is not null',
                   p_table || '_filed_by', p_table);
    -- What changed last.
    execute format('create index %I on read.%I (kind, since) where until is null', p_table || '_newest', p_table);
    -- The member by which a record is looked up: factory number, credit code, subject of an erasure, report, contract,
    -- device of a test, number of a certificate or of a training record.
    execute format('create index %I on read.%I ((case kind when ''device'' then facets[4] when ''dose_result'' then facets[6]
                        when ''dose_report'' then facets[3] when ''device_test'' then facets[1] else facets[2] end), kind, label, id)
                        where until is null and kind in (''certificate'', ''device'', ''device_test'', ''institution'', ''erasure'',
                        ''dose_result'', ''dose_report'', ''training_record'')',
                   p_table || '_lookup', p_table);
    -- What belongs to a worker, in every version: his file is read now and as of any day.
    execute format('create index %I on read.%I ((facets[1]), kind, since) where %s', p_table || '_person', p_table, read.of_person());
    -- Transfers by the county on their other side.
    execute format('create index %I on read.%I (kind, other_area, label, id, until) where other_area is not null',
                   p_table || '_other_area', p_table);
end $$;

-- The versions that readers are shown until the program has folded new ones. In a new ledger they are empty, and new.
do $$
declare
    v record;
    v_table text;
begin
    for v in select p.* from read.projection p join read.live l using (name, version) where p.name in ('current', 'timeline') order by p.name loop
        v_table := v.name || '_v' || v.version;
        if v.position = 0 then
            v.version := read.begin_build(v.name, case v.name when 'current' then 6 else 4 end);
            perform read.finish_build(v.name, v.version);
            perform read.switch(v.name, v.version);
            perform read.drop_retired(v.name, interval '0');
        else
            execute format('alter table read.%I add column other_area text collate "C"', v_table);
            execute format('create or replace view read.%I with (security_invoker = true) as select * from read.%I', v.name, v_table);
        end if;
    end loop;
end $$;

reset role;
