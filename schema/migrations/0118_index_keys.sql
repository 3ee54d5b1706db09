-- Index keys that came with the warnings, for events that are in the log already: a worker's results by the year in which they
-- were worn (before, by place and year), the reports under a contract, the constancy tests of a device.
set local role radledger_owner;

insert into ledger.touch (key, position, kind, record)
select k.key, e.position, e.kind, e.record
  from ledger.event e,
       lateral (select convert_from(e.payload, 'UTF8')::jsonb -> 'data' as data) p,
       lateral (
            select 'person/' || (p.data -> 'person' ->> 'id') || '/results/' || year as key
              from generate_series(left(p.data ->> 'wear_from', 4)::int, left(p.data ->> 'wear_to', 4)::int) year
             where e.type = 'dose_result.reported'
            union all
            select 'monitoring_contract/' || (p.data ->> 'contract') || '/reports' where e.type = 'dose_report.issued'
            union all
            select 'device/' || (p.data ->> 'device') || '/constancy/' || (p.data ->> 'check') || '/' || left(p.data ->> 'tested_on', 4)
             where e.type = 'device_test.recorded'
            union all
            select 'device/' || (p.data ->> 'device') || '/deviations'
             where e.type = 'device_test.recorded' and (p.data ->> 'deviation_exceeded')::boolean
       ) k
 where e.type in ('dose_result.reported', 'dose_report.issued', 'device_test.recorded')
on conflict do nothing;

reset role;
