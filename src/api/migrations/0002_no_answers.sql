-- What a program was answered about a case is not kept any more (api/once.h). Only a filing's answer
-- has a location; a draft that is asked for again is begun anew.
UPDATE api_call SET answer = NULL WHERE location = '';
