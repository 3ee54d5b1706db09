-- What was tried to send the messages that the desk ordered: how often, when the gateway was asked last and whether its answer
-- came, and from when on it is asked again. The orders and what became of them are in the log; nothing here is evidence.
set local role radledger_owner;

create table desk.message (
    id uuid not null,                    -- the notification
    round integer not null,              -- 1 at first, one more each time that somebody has it sent again
    attempts integer not null,
    asked_at bigint,                     -- set before the gateway is asked, cleared when it has answered that it will not send
    next_at bigint not null,             -- not before this instant again, microseconds
    code text,                           -- what the gateway said last
    primary key (id, round)
);

-- How far somebody has read what he is told of.
create table access.inbox (
    account uuid primary key,
    read_to bigint not null
);

revoke all on desk.message, access.inbox from public;
grant select, insert, update on access.inbox to radledger_appender;
grant select, insert, update, delete on desk.message to radledger_projector;

reset role;
