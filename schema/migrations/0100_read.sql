-- What people read: rows folded from the log, thrown away and folded again at
-- will. Each version of a projection has a table of its own, made from the
-- functions below; a view shows the live one, so that a switch is one
-- statement and no reader notices.
create schema read authorization radledger_owner;
set local role radledger_owner;

-- One row per version of a projection that has a table or had one.
create table read.projection (
    name text not null check (name in ('current', 'timeline')),
    version int not null,                        -- serial number of the build; names the table
    code int not null,                           -- version of the program's fold that made it
    position bigint not null default 0,          -- events folded = the next position to fold
    state text not null default 'building' check (state in ('building', 'live', 'retired', 'halted')),
    halted_live boolean not null default false,  -- when halted: whether it was the live one
    error text,                                  -- when halted: where and why
    updated_at timestamptz not null default clock_timestamp(),
    primary key (name, version)
);

-- Which version the views show.
create table read.live (
    name text primary key,
    version int not null,
    foreign key (name, version) references read.projection
);

-- Makes the table of a new version, in the caller's transaction: empty, without
-- indexes and readable by the projector alone, ready for COPY. Nobody else sees
-- anything of it before read.finish_build and the commit.
create function read.begin_build(p_name text, p_code int) returns int
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
    v_version int;
begin
    -- One builder at a time takes a number.
    lock table read.projection in share row exclusive mode;
    select coalesce(max(p.version), 0) + 1 into v_version from read.projection p where p.name = p_name;
    insert into read.projection (name, version, code) values (p_name, v_version, p_code);
    case p_name
    when 'current' then
        execute format($ddl$
            create table read.current_v%s (
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
                check (until > since)
            )$ddl$, v_version);
        -- Nobody asks by them as a whole, and they are most of a row.
        execute format('alter table read.current_v%s alter column row set statistics 0, alter column facets set statistics 0', v_version);
    when 'timeline' then
        execute format($ddl$
            create table read.timeline_v%s (
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
                own boolean not null             -- the one row of its event whose subject is the record itself
            )$ddl$, v_version);
    end case;
    execute format('revoke all on read.%I from public', p_name || '_v' || v_version);
    execute format('grant select, insert, update on read.%I to radledger_projector', p_name || '_v' || v_version);
    return v_version;
end $$;

-- Indexes, statistics, row-level security, rights of the reader. Building the
-- indexes after the load is what makes a rebuild cheap.
create function read.finish_build(p_name text, p_version int) returns void
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

-- Shows this version from now on. Refused while it is behind the live one:
-- what a reader has seen he goes on seeing.
create function read.switch(p_name text, p_version int) returns boolean
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
    v_old int;
    v_position bigint;
    v_live bigint;
begin
    select l.version into v_old from read.live l where l.name = p_name for update;
    -- In one order always, so that two switches cannot wait for each other.
    perform 1 from read.projection p where p.name = p_name and p.version in (p_version, v_old) order by p.version for update;
    select p.position into v_position from read.projection p
     where p.name = p_name and p.version = p_version and p.state = 'building';
    if v_position is null then
        raise exception '% version % is not being built', p_name, p_version using errcode = 'LG005';
    end if;
    if v_old is not null then
        select p.position into v_live from read.projection p where p.name = p_name and p.version = v_old;
        if v_position < v_live then
            return false;
        end if;
        update read.projection set state = 'retired', updated_at = clock_timestamp() where name = p_name and version = v_old;
    end if;
    update read.projection set state = 'live', updated_at = clock_timestamp() where name = p_name and version = p_version;
    insert into read.live (name, version) values (p_name, p_version)
        on conflict (name) do update set version = excluded.version;
    -- The view runs with the reader's own rights and policies.
    execute format('create or replace view read.%I with (security_invoker = true) as select * from read.%I',
                   p_name, p_name || '_v' || p_version);
    execute format('grant select on read.%I to radledger_reader, radledger_projector', p_name);
    perform pg_notify('radledger_read', '');
    return true;
end $$;

-- Drops the tables of versions that are neither live nor being built, once no
-- reader can be in them any more. Returns how many.
create function read.drop_retired(p_name text, p_older_than interval) returns int
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
    v_version int;
    v_dropped int := 0;
begin
    for v_version in
        select p.version from read.projection p
         where p.name = p_name and p.updated_at <= clock_timestamp() - p_older_than
           and (p.state = 'retired' or p.state = 'halted' and not p.halted_live)
         order by p.version for update
    loop
        execute format('drop table if exists read.%I', p_name || '_v' || v_version);
        delete from read.projection where name = p_name and version = v_version;
        v_dropped := v_dropped + 1;
    end loop;
    return v_dropped;
end $$;

-- Gives up a build, of a caller that failed or of a comparison that is done:
-- no reader was ever shown its table.
create function read.abandon(p_name text, p_version int) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
    delete from read.projection
     where name = p_name and version = p_version and (state = 'building' or state = 'halted' and not halted_live);
    if found then
        execute format('drop table read.%I', p_name || '_v' || p_version);
    end if;
end $$;

-- Last position recorded at or before a time, or -1. Needs no right to see the
-- events: that so much was recorded by then is in every checkpoint.
create function read.position_at(p_time bigint) returns bigint
language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
declare
    v_low bigint := 0;
    v_high bigint;
    v_middle bigint;
    v_at bigint;
begin
    select h.next_position into v_high from ledger.log_head h;
    while v_low < v_high loop
        v_middle := (v_low + v_high) / 2;
        select e.recorded_at into v_at from ledger.event e where e.position = v_middle;
        if v_at <= p_time then
            v_low := v_middle + 1;
        else
            v_high := v_middle;
        end if;
    end loop;
    return v_low - 1;
end $$;

-- Position of an event by its id, for the policy of its openings.
create function read.event_position(p_id uuid) returns bigint
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$ select x.position from ledger.event_id x where x.id = p_id $$;

revoke all on all tables in schema read from public;
revoke all on all functions in schema read from public;
grant usage on schema read to radledger_appender, radledger_reader, radledger_projector;
grant select on read.projection, read.live to radledger_appender, radledger_reader, radledger_projector;
grant update (position, state, halted_live, error, updated_at) on read.projection to radledger_projector;
grant execute on function read.begin_build, read.finish_build, read.switch, read.drop_retired, read.abandon to radledger_projector;
grant execute on function read.position_at to radledger_reader, radledger_projector, radledger_appender;
grant execute on function read.event_position to radledger_reader;
-- A follower folds the records that a batch writes from their streams, which begin at their heads.
grant select on ledger.record_head to radledger_projector;

reset role;
