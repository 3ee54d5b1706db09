-- A worker follows what happens in his own file: the setting `radledger.person` opens events as it opens records.
--
-- A row of the timeline says in whose file the event's record lies; the row that stands for the event itself is found by
-- him, in order, whatever else the log holds. What he reads of his account is found by the account.
set local role radledger_owner;

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
            person uuid                      -- the worker in whose file the event's record lies
        )$ddl$, p_table);
end $$;

create or replace function read.timeline_indexes(p_table text) returns void
language plpgsql set search_path = pg_catalog, pg_temp
as $$
begin
    execute format('alter table read.%I add constraint %I primary key (subject, subject_kind, position)', p_table, p_table || '_pkey');
    execute format('create index %I on read.%I (position) where own', p_table || '_own', p_table);
    execute format('create index %I on read.%I (person, position) where own and person is not null', p_table || '_person', p_table);
    execute format('create index %I on read.%I (account, position) where own and account is not null', p_table || '_account', p_table);
    execute format('create index %I on read.%I (org) where org is not null', p_table || '_moved', p_table);
end $$;

create or replace function read.timeline_scope() returns text
language sql immutable set search_path = pg_catalog, pg_temp
as $$ select read.common_scope() || $policy$
    or (select current_setting('radledger.reach', true)) = 'scope'
       and person = (select nullif(current_setting('radledger.person', true), ''))::uuid
    $policy$ $$;

-- The version that readers are shown until the program has folded a new one: there nobody's file is known, and a worker
-- sees what he saw. In a new ledger it is empty, and new.
do $$
declare
    v record;
    v_table text;
begin
    select p.* into v from read.projection p join read.live l using (name, version) where p.name = 'timeline';
    v_table := v.name || '_v' || v.version;
    if v.position = 0 then
        v.version := read.begin_build(v.name, 3);
        perform read.finish_build(v.name, v.version);
        perform read.switch(v.name, v.version);
        perform read.drop_retired(v.name, interval '0');
    else
        execute format('alter table read.%I add column person uuid', v_table);
        execute format('create or replace view read.%I with (security_invoker = true) as select * from read.%I', v.name, v_table);
    end if;
end $$;

reset role;
