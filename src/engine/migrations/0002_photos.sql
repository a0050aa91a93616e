-- Whether anything refers to a file: asked when one is dropped and when the folder is swept.
CREATE INDEX draft_file_file ON draft_file(file);
CREATE INDEX draft_file_thumbnail ON draft_file(thumbnail);
CREATE INDEX case_file_file ON case_file(file);
CREATE INDEX case_file_thumbnail ON case_file(thumbnail);
