-- What is under way, late or failed is little beside what is done or waits for its day: an index of
-- those alone answers how much there is of it, and a message that was sent leaves its index. SQLite
-- answers from an index alone, and prefers it, when the column that is always the same is in it.
DROP INDEX message_queue;
CREATE INDEX message_queue ON message(state, next_try) WHERE state = 'queued';
CREATE INDEX message_oldest ON message(state, created) WHERE state = 'queued';
CREATE INDEX message_sending ON message(state, next_try) WHERE state = 'sending';
CREATE INDEX message_failed ON message(state, created) WHERE state = 'failed';
CREATE INDEX message_uncertain ON message(state, created) WHERE state = 'uncertain';

CREATE INDEX job_running ON job(done, due) WHERE claimed IS NOT NULL;
CREATE INDEX job_tried ON job(done, due, attempts) WHERE attempts > 0;
