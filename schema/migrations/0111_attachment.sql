-- A file about a worker is his: he reads it, and so does whoever employs him.
set local role radledger_owner;

-- What belongs to one worker.
create function read.of_person() returns text
language sql immutable set search_path = pg_catalog, pg_temp
as $$ select $kinds$kind in ('attachment', 'certificate', 'dose_result', 'dosimeter', 'employment', 'exam_result', 'restriction', 'training_record')$kinds$ $$;

create or replace function read.current_scope() returns text
language sql immutable set search_path = pg_catalog, pg_temp
as $$ select read.common_scope() || $policy$
    or (select current_setting('radledger.reach', true)) = 'scope' and (
        kind = 'person' and id = (select nullif(current_setting('radledger.person', true), ''))::uuid
        or $policy$ || read.of_person() || $policy$
           and facets[1] = (select nullif(current_setting('radledger.person', true), '')))
    $policy$ $$;

-- The index by which his file is read, with the same kinds.
alter function read.current_indexes(text) rename to current_indexes_before;
create function read.current_indexes(p_table text) returns void
language plpgsql set search_path = pg_catalog, pg_temp
as $$
begin
    perform read.current_indexes_before(p_table);
    execute format('drop index read.%I', p_table || '_person');
    execute format('create index %I on read.%I ((facets[1]), kind, since) where %s', p_table || '_person', p_table, read.of_person());
end $$;

revoke all on function read.of_person, read.current_scope, read.current_indexes, read.current_indexes_before from public;

-- The version that readers are shown until the program has folded a new one. In a new ledger it is empty, and new.
do $$
declare
    v record;
begin
    select p.* into v from read.projection p join read.live l using (name, version) where p.name = 'current';
    if v.position = 0 then
        v.version := read.begin_build(v.name, 4);
        perform read.finish_build(v.name, v.version);
        perform read.switch(v.name, v.version);
        perform read.drop_retired(v.name, interval '0');
    end if;
end $$;

-- Files that were sent and wait to be filed: what one account may send, and what is swept away.
create table access.upload (
    account uuid not null,
    id uuid not null,
    at bigint not null,
    bytes bigint not null,
    primary key (account, id)
);
create index upload_at on access.upload (at);
create index upload_id on access.upload (id);
revoke all on access.upload from public;
grant select, insert, update, delete on access.upload to radledger_appender;

reset role;
