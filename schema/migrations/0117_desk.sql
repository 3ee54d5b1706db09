-- The desk: which subject is to be evaluated next on which day, and how far the log has been looked through. Nothing here is
-- evidence: all of it follows from the log, and the desk makes it anew when the rules are others.
create schema desk authorization radledger_owner;
set local role radledger_owner;

create table desk.subject (
    kind text collate "C" not null,
    id uuid not null,
    next date,                           -- none: only an event can change what is concluded
    primary key (kind, id)
);
create index subject_next on desk.subject (next) where next is not null;

create table desk.cursor (
    one boolean primary key default true check (one),
    position bigint not null,            -- events before it have been looked at
    rules bytea not null                 -- SHA-256 of the rules by which that was done
);

revoke all on schema desk from public;
revoke all on desk.subject, desk.cursor from public;
grant usage on schema desk to radledger_projector;
grant select, insert, update, delete on desk.subject, desk.cursor to radledger_projector;

-- Warnings are found by what they are about.
alter function read.current_indexes(text) rename to current_indexes_before_warnings;
create function read.current_indexes(p_table text) returns void
language plpgsql set search_path = pg_catalog, pg_temp
as $$
begin
    perform read.current_indexes_before_warnings(p_table);
    execute format('create index %I on read.%I ((facets[4]), kind, label, id) where kind = ''warning''', p_table || '_about', p_table);
end $$;
revoke all on function read.current_indexes, read.current_indexes_before_warnings from public;

do $$
declare
    v_table text;
begin
    for v_table in select 'current_v' || p.version from read.projection p where p.name = 'current' loop
        execute format('create index if not exists %I on read.%I ((facets[4]), kind, label, id) where kind = ''warning''', v_table || '_about', v_table);
    end loop;
    -- Warnings are counted as well; rows that do not exist are what any fold would have made.
    -- The other two were made with who holds a worker's file at the end of a stretch, not as of the event.
    update read.projection p set code = v.code
      from (values ('statistics', 4), ('current', 7), ('timeline', 5)) v (name, code) where p.name = v.name and p.position = 0;
end $$;

reset role;
