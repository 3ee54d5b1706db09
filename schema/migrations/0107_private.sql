-- What is nobody's business but its owner's: what people began to write, and who had a sealed value shown.
-- Neither belongs to the ledger.
set local role radledger_owner;

-- Drafts: unsigned, never counted, encrypted under their owner's key.
create table access.draft (
    account uuid not null,
    id uuid not null,
    event_type text collate "C" not null,
    saved_at bigint not null,
    expires_at bigint not null,
    box bytea not null check (octet_length(box) <= 300000),
    primary key (account, id)
);
create index draft_expires_at on access.draft (expires_at);

-- Sealed values shown in the clear: to whom, whose, why. Written before the value is handed out.
create table access.shown (
    id uuid primary key,
    at bigint not null,
    account uuid not null,
    subject_kind text collate "C" not null,
    subject uuid not null,
    event uuid not null,
    pointer text not null,
    purpose text collate "C" not null
);
create index shown_account on access.shown (account, at);
create index shown_subject on access.shown (subject, at);
create index shown_at on access.shown (at);

create trigger append_only before update or delete on access.shown for each row execute function ledger.refuse_change();
create trigger append_only_truncate before truncate on access.shown for each statement execute function ledger.refuse_change();

revoke all on access.draft, access.shown from public;
grant select, insert, update, delete on access.draft to radledger_appender;
grant insert, select on access.shown to radledger_appender;

reset role;
