/* For the tests of statements and of plans: every statement above src/db. A folder that gets a
 * queries.sql is a line here and in this folder's meson.build; test_statements.c looks for it. */
#ifndef APP_TEST_QUERIES_H
#define APP_TEST_QUERIES_H

#include "api/queries.h"
#include "console/queries.h"
#include "engine/cases/queries.h"
#include "engine/clock/queries.h"
#include "engine/definition/queries.h"
#include "engine/message/queries.h"
#include "engine/publish/queries.h"
#include "engine/record/queries.h"
#include "engine/work/queries.h"
#include "people/queries.h"

static const struct sql_statements *const test_queries[] = {
    &people_queries,         &console_queries,        &api_queries,
    &engine_cases_queries,   &engine_clock_queries,   &engine_definition_queries,
    &engine_message_queries, &engine_publish_queries, &engine_record_queries,
    &engine_work_queries,
};

#endif
