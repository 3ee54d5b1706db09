-- Results and reports by their laboratory, now and at any past position: the lists behind a laboratory's numbers.
set local role radledger_owner;

alter function read.current_indexes(text) rename to current_indexes_before_laboratories;
create function read.current_indexes(p_table text) returns void
language plpgsql set search_path = pg_catalog, pg_temp
as $$
begin
    perform read.current_indexes_before_laboratories(p_table);
    -- What a service organisation filed, in every version.
    execute format('drop index read.%I', p_table || '_filed_by');
    execute format('create index %I on read.%I (kind, filed_by, label, id, until) where filed_by is not null', p_table || '_filed_by', p_table);
end $$;
revoke all on function read.current_indexes, read.current_indexes_before_laboratories from public;

-- The version that readers are shown until the program has folded a new one. In a new ledger it is empty, and new.
do $$
declare
    v record;
begin
    select p.* into v from read.projection p join read.live l using (name, version) where p.name = 'current';
    if v.position = 0 then
        v.version := read.begin_build(v.name, 5);
        perform read.finish_build(v.name, v.version);
        perform read.switch(v.name, v.version);
        perform read.drop_retired(v.name, interval '0');
    end if;
end $$;

reset role;
