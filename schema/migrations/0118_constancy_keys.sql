-- The desk finds the constancy tests of a device by index keys that came with it: those of tests that are in the log already.
set local role radledger_owner;

insert into ledger.touch (key, position, kind, record)
select k.key, e.position, 'device_test', e.record
  from ledger.event e,
       lateral (select convert_from(e.payload, 'UTF8')::jsonb -> 'data' as data) p,
       lateral (values ('device/' || (p.data ->> 'device') || '/constancy/' || (p.data ->> 'check') || '/' || left(p.data ->> 'tested_on', 4)),
                       (case when (p.data ->> 'deviation_exceeded')::boolean then 'device/' || (p.data ->> 'device') || '/deviations' end)) k (key)
 where e.type = 'device_test.recorded' and k.key is not null
on conflict do nothing;

reset role;
