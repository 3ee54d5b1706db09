-- ledger.append of 0002, leaner: a call is written whole or not at all.
--
-- The appender keeps units that collide in different calls, so what a call finds is
-- always the fault of what was committed before it. It is found by index probes, under the
-- head's lock, in one statement; when anything is found, nothing is written, and the caller
-- comes again without the units that lost. `found` are indexes into the arrays,
-- index * 8 + what:
--   1 an event id or 2 a batch id is in the log
--   3 a record that is written is not at the version expected (0 = must not exist)
--   4 a record or 5 a key that was read was written since
--   6 a claim is held by another record
-- and 7 alone: recorded_at is outside p_from ... p_until. Whose admission ends earlier the
-- caller sees for itself.
--
-- Errors write nothing either: LG001 the epoch is another (this writer was deposed), LG002
-- the clocks differ (the detail is the difference in microseconds), LG003 the caller's
-- arrays contradict each other or its units collide.
--
-- Runs at READ COMMITTED: each statement after the head's lock sees all that was committed
-- before the lock was got. `head`, `prev`, `last` and `event` are 1-based indexes into heads
-- and events.
set local role radledger_owner;

drop function ledger.append;
drop type ledger.new_event, ledger.new_head, ledger.new_read, ledger.new_guard, ledger.new_take, ledger.new_free,
          ledger.new_touch, ledger.new_opening;

create type ledger.new_event as (kind text, record uuid, type text, schema smallint, account uuid, alg smallint,
                                 key bytea, signature bytea, payload bytea, hash bytea);
-- One for each record that the call writes: the call's last event of it.
create type ledger.new_head as (kind text, record uuid, last int, version int, hash bytea);
-- Each record and key that was read, once: by one unit, or by several (unit 0).
create type ledger.new_read as (unit int, kind text, record uuid, version int);
create type ledger.new_guard as (unit int, key text, position bigint);
create type ledger.new_batch as (event int, id uuid);
create type ledger.new_take as (event int, digest bytea, kind text, record uuid, content bytea);
create type ledger.new_touch as (unit int, event int, key text, kind text, record uuid);
create type ledger.new_opening as (event int, pointer text, subject_kind text, subject uuid, generation int, box bytea);

create function ledger.append(
    p_epoch bigint, p_now bigint, p_from bigint, p_until bigint,
    e_id uuid[], e_version int[],
    e_head int[],                                -- the head of this event's record
    e_prev int[],                                -- the event before it on that record in this call, or 0
    p_events ledger.new_event[],
    h_unit int[], h_expected int[], p_heads ledger.new_head[],
    p_reads ledger.new_read[], p_guards ledger.new_guard[], p_batches ledger.new_batch[],
    p_takes ledger.new_take[], p_frees bytea[],
    p_touches ledger.new_touch[], p_openings ledger.new_opening[],
    out findings int[], out first_position bigint, out recorded_at bigint)
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_simulated boolean;
    v_off bigint;
    v_position bigint[];                         -- of each head before this call, null for a new record
    v_sound boolean;
    v_written bigint;
begin
    -- Takes the lock and the positions at once; both go back when something is found.
    update ledger.log_head h
       set next_position = h.next_position + cardinality(e_id), last_at = greatest(h.last_at, p_now)
     where h.one and h.epoch = p_epoch
    returning h.next_position - cardinality(e_id), h.last_at, h.simulated
      into first_position, recorded_at, v_simulated;
    if first_position is null then
        raise exception 'append fenced' using errcode = 'LG001';
    end if;
    if not v_simulated then
        v_off := p_now - (extract(epoch from clock_timestamp()) * 1000000)::bigint;
        if abs(v_off) > 2000000 then
            raise exception 'clocks differ' using errcode = 'LG002', detail = v_off::text;
        end if;
    end if;

    -- Streams must chain and units must be apart: a mistake here would be signed into the tree.
    if cardinality(e_id) = 1 then
        v_sound := e_head[1] = 1 and e_prev[1] = 0 and e_version[1] = h_expected[1] + 1
               and p_heads[1].last = 1 and p_heads[1].version = e_version[1];
    else
        select not exists (
                   select from unnest(e_version, e_head, e_prev) with ordinality e(version, head, prev, o)
                    where case when e.prev > 0
                               then e.prev >= e.o or e_head[e.prev] <> e.head or e_version[e.prev] + 1 <> e.version
                               else h_expected[e.head] + 1 <> e.version end)
               and not exists (
                   select from unnest(p_heads) with ordinality h(kind, record, last, version, hash, o)
                    where e_head[h.last] is distinct from h.o or e_version[h.last] <> h.version)
               and not exists (
                   select from unnest(p_reads) r,
                               unnest(p_heads) with ordinality h(kind, record, last, version, hash, o)
                    where r.record = h.record and r.kind = h.kind and r.unit <> h_unit[h.o])
               and not exists (
                   select from unnest(p_guards) g, unnest(p_touches) k where g.key = k.key and g.unit <> k.unit)
          into v_sound;
    end if;
    if v_sound is not true then
        raise exception 'the units contradict themselves or each other' using errcode = 'LG003';
    end if;

    -- OFFSET 0 keeps every probe a probe.
    select h.position, h.moved
           || array(select e.o * 8 + 1 from unnest(e_id) with ordinality e(id, o),
                           lateral (select from ledger.event_id x where x.id = e.id offset 0) known)
           || array(select b.o * 8 + 2 from unnest(p_batches) with ordinality b(event, id, o),
                           lateral (select from ledger.batch_id x where x.id = b.id offset 0) known)
           || array(select r.o * 8 + 4
                      from unnest(p_reads) with ordinality r(unit, kind, record, version, o)
                      left join lateral (select x.version from ledger.record_head x
                                          where x.record = r.record and x.kind = r.kind offset 0) x on true
                     where coalesce(x.version, 0) <> r.version)
           || array(select g.o * 8 + 5
                      from unnest(p_guards) with ordinality g(unit, key, position, o),
                           lateral (select from ledger.touch x
                                     where x.key = g.key collate "C" and x.position > g.position limit 1) later)
           || array(select t.o * 8 + 6
                      from unnest(p_takes) with ordinality t(event, digest, kind, record, content, o),
                           lateral (select x.kind, x.record from ledger.claim x where x.digest = t.digest offset 0) x
                     where (x.kind, x.record) <> (t.kind, t.record) and t.digest <> all (p_frees))
      into v_position, findings
      from (select array_agg(x.position order by h.o),
                   coalesce(array_agg(h.o * 8 + 3) filter (where coalesce(x.version, 0) <> h_expected[h.o]), '{}')
              from unnest(p_heads) with ordinality h(kind, record, last, version, hash, o)
              left join lateral (select x.version, x.position from ledger.record_head x
                                  where x.record = h.record and x.kind = h.kind offset 0) x on true) h(position, moved);
    if recorded_at not between p_from and p_until then
        findings := findings || 7;
    end if;
    if findings <> '{}' then
        update ledger.log_head h
           set next_position = first_position,
               last_at = coalesce((select e.recorded_at from ledger.event e where e.position = first_position - 1), 0)
         where h.one;
        return;
    end if;

    with events as (
        insert into ledger.event (position, recorded_at, id, kind, record, version, prev_position, type, schema,
                                  account, alg, key, signature, payload, hash)
        select first_position + e.o - 1, append.recorded_at, e_id[e.o], e.kind, e.record, e_version[e.o],
               case when e_prev[e.o] > 0 then first_position + e_prev[e.o] - 1 else v_position[e_head[e.o]] end,
               e.type, e.schema, e.account, e.alg, e.key, e.signature, e.payload, e.hash
          from unnest(p_events) with ordinality
               e(kind, record, type, schema, account, alg, key, signature, payload, hash, o)),
    ids as (
        insert into ledger.event_id (id, position)
        select e.id, first_position + e.o - 1 from unnest(e_id) with ordinality e(id, o)),
    records as (
        insert into ledger.record_head (record, kind, version, position, hash)
        select h.record, h.kind, h.version, first_position + h.last - 1, h.hash
          from unnest(p_heads) with ordinality h(kind, record, last, version, hash, o) where h_expected[h.o] = 0)
    update ledger.record_head x set version = h.version, position = first_position + h.last - 1, hash = h.hash
      from unnest(p_heads) with ordinality h(kind, record, last, version, hash, o)
     where h_expected[h.o] > 0 and x.record = h.record and x.kind = h.kind;
    get diagnostics v_written = row_count;
    if v_written <> cardinality(array_remove(h_expected, 0)) then
        raise exception 'two units write one record' using errcode = 'LG003';
    end if;

    if cardinality(p_batches) > 0 then
        insert into ledger.batch_id (id, position)
        select b.id, first_position + b.event - 1 from unnest(p_batches) b;
    end if;
    if cardinality(p_touches) > 0 then
        insert into ledger.touch (key, position, kind, record)
        select k.key, first_position + k.event - 1, k.kind, k.record from unnest(p_touches) k;
    end if;
    if cardinality(p_frees) > 0 then
        delete from ledger.claim x where x.digest = any (p_frees);
    end if;
    if cardinality(p_takes) > 0 then
        insert into ledger.claim as x (digest, kind, record, position, content)
        select t.digest, t.kind, t.record, first_position + t.event - 1, t.content from unnest(p_takes) t
        on conflict (digest) do update set position = excluded.position, content = excluded.content;
    end if;
    if cardinality(p_openings) > 0 then
        insert into ledger.opening (event_id, pointer, subject_kind, subject, generation, box)
        select e_id[o.event], o.pointer, o.subject_kind, o.subject, o.generation, o.box from unnest(p_openings) o;
    end if;

    -- A wake-up only: what a follower does is read from the log.
    perform pg_notify('radledger_log', '');
end $$;

revoke all on function ledger.append from public;
grant execute on function ledger.append to radledger_appender;

reset role;
