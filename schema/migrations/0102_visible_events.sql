-- A reader sees an event, and the openings of its sealed values, when he sees
-- the record that it belongs to. The inner query runs under his own scope.
set local role radledger_owner;

create policy visible on ledger.event for select to radledger_reader using (
    exists (select 1 from read.current c where c.id = event.record and c.kind = event.kind and c.until is null));

create policy visible on ledger.opening for select to radledger_reader using (
    exists (select 1 from ledger.event e where e.position = read.event_position(opening.event_id) and e.id = opening.event_id));

reset role;
