-- ledger.append: a whole batch of units in one round trip. Runs at READ
-- COMMITTED: each statement after the head's lock sees all that was committed
-- before the lock was got.
--
-- Each unit is judged alone and gets its answer; a loser takes no position and
-- never fails its neighbours. Statuses, in order of precedence:
--   1 known     an event id or the batch id is in the log, or an id occurs twice in the unit
--   2 again     collides with an earlier unit of this batch: to be judged after it
--   3 conflict  a record that it writes is not at the version expected (0 = must not exist)
--   4 moved     a record or key that it read was written since
--   5 taken     a claim is held by another record, or by two records of the unit
--   6 stale     the time is outside the unit's window
--   0 ok        positions first_position ... + number of events - 1
--
-- Errors, which fail the whole batch and write nothing: LG001 the epoch is
-- another (this writer was deposed), LG002 the clocks differ (the detail is the
-- difference in microseconds), LG003 the caller's arrays contradict each other.
--
-- Plain arrays are what is looked up by index; rows come as arrays of composite
-- types, because one unnest of a row type costs a fraction of one of many
-- columns. `unit`, `head`, `prev`, `last` and `event` are 1-based indexes into
-- units, heads and events.
set local role radledger_owner;

create type ledger.new_event as (kind text, record uuid, type text, schema smallint, account uuid, alg smallint,
                                 key bytea, signature bytea, payload bytea, hash bytea);
-- One for each record that a unit writes: the version expected before, and the unit's last event of it.
create type ledger.new_head as (unit int, kind text, record uuid, expected int, last int, version int, hash bytea);
create type ledger.new_read as (unit int, kind text, record uuid, version int);
create type ledger.new_guard as (unit int, key text, position bigint);
create type ledger.new_take as (unit int, event int, digest bytea, kind text, record uuid, content bytea);
create type ledger.new_free as (unit int, digest bytea);
create type ledger.new_touch as (unit int, event int, key text, kind text, record uuid);
create type ledger.new_opening as (unit int, event_id uuid, pointer text, subject_kind text, subject uuid, generation int, box bytea);

create function ledger.append(
    p_epoch bigint, p_now bigint,
    u_events int[], u_batch uuid[], u_from bigint[], u_until bigint[],
    e_unit int[], e_id uuid[], e_version int[],
    e_head int[],                                -- the head of this event's record
    e_prev int[],                                -- the event before it on that record in this unit, or 0
    p_events ledger.new_event[],
    h_unit int[], h_expected int[], p_heads ledger.new_head[],
    p_reads ledger.new_read[], p_guards ledger.new_guard[],
    p_takes ledger.new_take[], p_frees ledger.new_free[],
    p_touches ledger.new_touch[], p_openings ledger.new_opening[],
    out status smallint[], out first_position bigint[], out recorded_at bigint, out next_position bigint)
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
-- The arrays vary in length and the plans must not: index probes, planned once.
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set jit = off
as $$
declare
    c_lost constant bigint := -1000000000000000; -- shift of a unit that takes no position
    v_units int := cardinality(u_events);
    v_events int := cardinality(e_id);
    v_head ledger.log_head;
    v_start bigint;
    v_off bigint;
    v_found int[];
    v_more int[];
    v_code int;
    v_unit int;
    v_seen int := 0;
    v_status smallint[];
    v_first bigint[];
    v_shift bigint[];                            -- position of an event = shift of its unit + its index
    v_head_position bigint[];
    v_rows bigint;
begin
    select * into v_head from ledger.log_head h where h.one for update;
    if v_head.epoch <> p_epoch then
        raise exception 'append fenced' using errcode = 'LG001';
    end if;
    if not v_head.simulated then
        v_off := p_now - (extract(epoch from clock_timestamp()) * 1000000)::bigint;
        if abs(v_off) > 2000000 then
            raise exception 'clocks differ' using errcode = 'LG002', detail = v_off::text;
        end if;
    end if;
    recorded_at := greatest(p_now, v_head.last_at);
    v_start := v_head.next_position;
    next_position := v_start;
    v_status := array_fill(0::smallint, array[v_units]);
    v_first := array_fill(-1::bigint, array[v_units]);
    v_shift := array_fill(c_lost, array[v_units]);

    -- Findings are unit * 8 + status. OFFSET 0 keeps every probe a probe.
    select coalesce(array_agg(e.unit * 8 + 1), '{}') into v_found
      from unnest(e_unit, e_id) e(unit, id),
           lateral (select 1 from ledger.event_id x where x.id = e.id offset 0) known;

    if v_events > 1 then
        select array_agg(e.unit * 8 + case when e.unit = e.before then 1 else 2 end) into v_more
          from (select unit, lag(unit) over (partition by id order by unit) as before
                  from unnest(e_unit, e_id) e(unit, id)) e
         where e.before is not null;
        v_found := v_found || v_more;
    end if;

    if cardinality(array_remove(u_batch, null)) > 0 then
        select array_agg(u.unit * 8 + case when u.before is null then 1 else 2 end) into v_more
          from (select unit, id, lag(unit) over (partition by id order by unit) as before
                  from unnest(u_batch) with ordinality u(id, unit) where id is not null) u
          left join lateral (select x.id from ledger.batch_id x where x.id = u.id offset 0) x on true
         where u.before is not null or x.id is not null;
        v_found := v_found || v_more;
    end if;

    select array_agg(coalesce(x.position, -1) order by h.o),
           array_agg(h.unit * 8 + 3) filter (where coalesce(x.version, 0) <> h.expected)
      into v_head_position, v_more
      from unnest(p_heads) with ordinality h(unit, kind, record, expected, last, version, hash, o)
      left join lateral (select x.version, x.position from ledger.record_head x
                          where x.record = h.record and x.kind = h.kind offset 0) x on true;
    v_found := v_found || v_more;

    if cardinality(p_reads) > 0 then
        select array_agg(r.unit * 8 + 4) into v_more
          from unnest(p_reads) r
          left join lateral (select x.version from ledger.record_head x
                              where x.record = r.record and x.kind = r.kind offset 0) x on true
         where coalesce(x.version, 0) <> r.version;
        v_found := v_found || v_more;
    end if;

    if cardinality(p_guards) > 0 then
        select array_agg(g.unit * 8 + 4) into v_more
          from unnest(p_guards) g,
               lateral (select 1 from ledger.touch x
                         where x.key = g.key collate "C" and x.position > g.position limit 1) later;
        v_found := v_found || v_more;
    end if;

    if cardinality(p_takes) > 0 then
        select array_agg(t.unit * 8 + 5) into v_more
          from unnest(p_takes) t,
               lateral (select x.kind, x.record from ledger.claim x where x.digest = t.digest offset 0) x
         where (x.kind, x.record) <> (t.kind, t.record)
           and not exists (select 1 from unnest(p_frees) f
                            where f.unit = t.unit and f.digest = t.digest);
        v_found := v_found || v_more;
        if cardinality(p_takes) > 1 then
            -- A record takes a claim once (the caller sees to it), so a second row is a second record.
            select array_agg(t.unit * 8 + 5) into v_more
              from (select unit from unnest(p_takes) t
                     group by unit, digest having count(*) > 1) t;
            v_found := v_found || v_more;
        end if;
    end if;

    if v_units > 1 then
        -- What an earlier unit of this batch writes, whether it wins or not, is unknown to a later one.
        select array_agg(x.unit * 8 + 2) into v_more
          from (select unit, min(unit) filter (where writes) over (partition by record, kind) as writer
                  from (select unit, kind, record, true as writes from unnest(p_heads) h
                        union all
                        select unit, kind, record, false from unnest(p_reads) r) x) x
         where x.writer < x.unit;
        v_found := v_found || v_more;
        if cardinality(p_guards) > 0 then
            select array_agg(x.unit * 8 + 2) into v_more
              from (select unit, writes, min(unit) filter (where writes) over (partition by key) as writer
                      from (select unit, hashtextextended(key, 0) as key, true as writes from unnest(p_touches) k
                            union all
                            select unit, hashtextextended(key, 0), false from unnest(p_guards) g) x) x
             where not x.writes and x.writer < x.unit;
            v_found := v_found || v_more;
        end if;
        if cardinality(p_takes) + cardinality(p_frees) > 0 then
            select array_agg(x.unit * 8 + 2) into v_more
              from (select unit, min(unit) over (partition by digest) as first
                      from (select unit, digest from unnest(p_takes) t
                            union all
                            select unit, digest from unnest(p_frees) f) x) x
             where x.first < x.unit;
            v_found := v_found || v_more;
        end if;
    end if;

    foreach v_code in array v_found loop
        v_unit := v_code / 8;
        v_code := v_code % 8;
        if v_status[v_unit] = 0 or v_status[v_unit] > v_code then
            v_status[v_unit] := v_code;
        end if;
    end loop;
    for v_unit in 1 .. v_units loop
        if v_status[v_unit] = 0 then
            if recorded_at < u_from[v_unit] or recorded_at > u_until[v_unit] then
                v_status[v_unit] := 6;
            else
                v_first[v_unit] := next_position;
                v_shift[v_unit] := next_position - v_seen - 1;
                next_position := next_position + u_events[v_unit];
            end if;
        end if;
        v_seen := v_seen + u_events[v_unit];
    end loop;
    status := v_status;
    first_position := v_first;
    if next_position = v_start then
        return;
    end if;

    -- Streams must chain: a mistake here would be signed into the tree.
    if v_seen <> v_events or exists (
        select 1 from unnest(e_unit, e_version, e_head, e_prev) with ordinality e(unit, version, head, prev, o)
         where h_unit[e.head] is distinct from e.unit
            or case when e.prev > 0
                    then e.prev >= e.o or e_head[e.prev] <> e.head or e_version[e.prev] + 1 <> e.version
                    else h_expected[e.head] + 1 <> e.version end)
       or exists (
        select 1 from unnest(p_heads) with ordinality h(unit, kind, record, expected, last, version, hash, o)
         where e_head[h.last] is distinct from h.o or e_version[h.last] <> h.version
            or h_unit[h.o] is distinct from h.unit or h_expected[h.o] <> h.expected) then
        raise exception 'versions do not chain' using errcode = 'LG003';
    end if;

    insert into ledger.event (position, recorded_at, id, kind, record, version, prev_position, type, schema, account,
                              alg, key, signature, payload, hash)
    select v_shift[e_unit[e.o]] + e.o, append.recorded_at, e_id[e.o], e.kind, e.record, e_version[e.o],
           case when e_prev[e.o] > 0 then v_shift[e_unit[e.o]] + e_prev[e.o]
                when v_head_position[e_head[e.o]] >= 0 then v_head_position[e_head[e.o]] end,
           e.type, e.schema, e.account, e.alg, e.key, e.signature, e.payload, e.hash
      from unnest(p_events) with ordinality e(kind, record, type, schema, account, alg, key, signature, payload, hash, o)
     where v_shift[e_unit[e.o]] > c_lost;
    get diagnostics v_rows = row_count;
    if v_rows <> next_position - v_start then
        raise exception 'took % positions for % rows', next_position - v_start, v_rows using errcode = 'LG003';
    end if;

    insert into ledger.event_id (id, position)
    select e.id, v_shift[e.unit] + e.o
      from unnest(e_unit, e_id) with ordinality e(unit, id, o) where v_shift[e.unit] > c_lost;

    -- Which of the heads exist was seen under the lock, so that neither needs ON CONFLICT.
    if array_position(v_head_position, -1::bigint) is not null then
        insert into ledger.record_head (record, kind, version, position, hash)
        select h.record, h.kind, h.version, v_shift[h.unit] + h.last, h.hash
          from unnest(p_heads) with ordinality h(unit, kind, record, expected, last, version, hash, o)
         where v_shift[h.unit] > c_lost and v_head_position[h.o] = -1;
    end if;
    if cardinality(array_remove(v_head_position, -1::bigint)) > 0 then
        update ledger.record_head x set version = h.version, position = v_shift[h.unit] + h.last, hash = h.hash
          from unnest(p_heads) with ordinality h(unit, kind, record, expected, last, version, hash, o)
         where x.record = h.record and x.kind = h.kind and v_shift[h.unit] > c_lost and v_head_position[h.o] >= 0;
    end if;

    if cardinality(array_remove(u_batch, null)) > 0 then
        insert into ledger.batch_id (id, position)
        select u.id, v_first[u.unit] from unnest(u_batch) with ordinality u(id, unit)
         where u.id is not null and v_first[u.unit] >= 0;
    end if;

    if cardinality(p_touches) > 0 then
        insert into ledger.touch (key, position, kind, record)
        select k.key, v_shift[k.unit] + k.event, k.kind, k.record
          from unnest(p_touches) k
         where v_shift[k.unit] > c_lost;
    end if;

    if cardinality(p_frees) > 0 then
        delete from ledger.claim x
         where x.digest in (select f.digest from unnest(p_frees) f where v_shift[f.unit] > c_lost);
    end if;
    if cardinality(p_takes) > 0 then
        insert into ledger.claim as x (digest, kind, record, position, content)
        select t.digest, t.kind, t.record, v_shift[t.unit] + t.event, t.content
          from unnest(p_takes) t
         where v_shift[t.unit] > c_lost
        on conflict (digest) do update set position = excluded.position, content = excluded.content;
    end if;

    if cardinality(p_openings) > 0 then
        insert into ledger.opening (event_id, pointer, subject_kind, subject, generation, box)
        select o.event_id, o.pointer, o.subject_kind, o.subject, o.generation, o.box
          from unnest(p_openings) o
         where v_shift[o.unit] > c_lost;
    end if;

    update ledger.log_head h set next_position = append.next_position, last_at = append.recorded_at where h.one;
    -- A wake-up only: what a follower does is read from the log.
    perform pg_notify('radledger_log', '');
end $$;

revoke all on function ledger.append from public;
grant execute on function ledger.append to radledger_appender;

reset role;
