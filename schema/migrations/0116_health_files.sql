-- What else lies in a worker's file: examinations, training, certificates, restrictions, investigations, transfers and
-- warnings. Tests are found by their device, certificates and training by their number.
set local role radledger_owner;

-- What belongs to one worker.
create or replace function read.of_person() returns text
language sql immutable set search_path = pg_catalog, pg_temp
as $$ select $kinds$kind in ('attachment', 'certificate', 'dose_result', 'dosimeter', 'employment', 'exam_result', 'investigation', 'restriction', 'training_record', 'transfer', 'warning')$kinds$ $$;

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
end $$;

-- The version that readers are shown until the program has folded a new one. In a new ledger it is empty, and new.
do $$
declare
    v record;
begin
    select p.* into v from read.projection p join read.live l using (name, version) where p.name = 'current';
    if v.position = 0 then
        v.version := read.begin_build(v.name, 6);
        perform read.finish_build(v.name, v.version);
        perform read.switch(v.name, v.version);
        perform read.drop_retired(v.name, interval '0');
    end if;
end $$;

reset role;
