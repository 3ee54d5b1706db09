-- Index keys that are asked before an institution ends, for events that are in the log already: its posts, and the transfers
-- from and to it.
set local role radledger_owner;

insert into ledger.touch (key, position, kind, record)
select k.key, e.position, e.kind, e.record
  from ledger.event e,
       lateral (select convert_from(e.payload, 'UTF8')::jsonb -> 'data' as data) p,
       lateral (
            select 'institution/' || (p.data ->> 'institution') || '/employments' as key where e.type = 'employment.planned'
            union
            select 'institution/' || side || '/transfers'
              from unnest(array[p.data ->> 'from_institution', p.data ->> 'to_institution']) side
             where e.type = 'transfer.requested' and side is not null
       ) k
 where e.type in ('employment.planned', 'transfer.requested')
on conflict do nothing;

reset role;
