-- name: EnsurePartitions :one
-- Makes the weeks of a span that are missing, and tells how many.
select ensure_partitions(@from_time, @until_time) as "made!";
