-- Guards of transactions that are committed without waiting for answers: what the server would have checked in between
-- is checked here. The error undoes the transaction, and Postgres answers its commit with a rollback.

create function expected(holds boolean, what text) returns boolean language plpgsql as $$
begin
  if holds is not true then
    raise exception 'not as expected: %', what using errcode = 'AG006';
  end if;
  return true;
end
$$;
