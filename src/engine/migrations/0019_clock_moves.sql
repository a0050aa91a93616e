-- Why a deadline is another than the trace of its rule gives: the moves since, oldest first, as
-- src/engine/clock/clock_trace.h has them.
ALTER TABLE clock ADD COLUMN moves JSON DEFAULT '[]';
