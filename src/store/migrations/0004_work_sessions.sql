-- A session can be taken up again, by another stream on any server. Its epoch rises each time, and what the stream before
-- still says under an epoch that is past changes nothing: a session is fenced as a lease is.
alter table session add column epoch integer not null default 1;
alter table session add constraint session_epoch_check check (epoch >= 1);
