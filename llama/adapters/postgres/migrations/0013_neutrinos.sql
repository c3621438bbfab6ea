-- Neutrinos that notices have told of, each as its newest revision has it. It can be rebuilt.

create table neutrinos (
    neutrino text not null check (octet_length(neutrino) <= 64),
    is_test boolean not null,
    revision integer not null check (revision >= 0),
    sent_at timestamptz not null,
    at timestamptz not null,
    ra_deg double precision check (ra_deg >= 0 and ra_deg < 360),
    dec_deg double precision check (dec_deg between -90 and 90),
    sigma_deg double precision check (sigma_deg > 0),
    energy_gev double precision check (energy_gev > 0),
    kind text not null check (kind in ('observation', 'simulated')),
    stream text not null check (octet_length(stream) <= 40),
    retracted boolean not null,
    raw text not null check (raw ~ '^[0-9a-f]{64}$'),
    message text not null check (char_length(message) <= 200),
    primary key (neutrino, is_test)
);
comment on table neutrinos is 'Writer: projection.';
comment on column neutrinos.is_test is 'In the key: a test never takes the place of a real one.';
comment on column neutrinos.raw is 'The artifact with the notice as it came.';
create index neutrinos_by_time on neutrinos (at desc, neutrino desc);

alter table receipts add column neutrino text check (octet_length(neutrino) <= 64);
comment on column receipts.neutrino is 'What the record tells of, where it is no event.';

-- What was granted before stays as it is; the projection's new table comes on top.
alter function grant_roles() rename to grant_roles_before_neutrinos;

create function grant_roles() returns void language plpgsql as $grant$
begin
    perform grant_roles_before_neutrinos();
    if to_regrole('llama_projection') is not null then
        grant insert, update, delete on table neutrinos to llama_projection;
    end if;
end
$grant$;
comment on function grant_roles() is
    'Gives every role that exists its privileges: call it again when roles were made later.';

do $roles$
begin
    perform grant_roles();
exception
    -- As when the roles were made: an administrator calls it.
    when insufficient_privilege then
        raise warning 'privileges could not be given: an administrator calls grant_roles()';
end
$roles$;
