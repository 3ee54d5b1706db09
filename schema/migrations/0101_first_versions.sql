-- The first, empty version of each projection, live from the start.
set local role radledger_owner;

do $$
declare
    name text;
    version int;
begin
    foreach name in array array['current', 'timeline'] loop
        version := read.begin_build(name, 1);
        perform read.finish_build(name, version);
        perform read.switch(name, version);
    end loop;
end $$;

reset role;
