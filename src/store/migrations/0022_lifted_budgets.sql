-- An owner that was asked may lift the budget of its task. Kept beside the sums that it was compared with.

alter table spend add column lifted boolean not null default false;
