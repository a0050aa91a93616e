#include "engine/definition/sections.h"

/* Rows of the grammar: NEED for a key that must be there, MAY for one that may. */
#define NEED(name, of_shape, ...)                \
    {                                            \
        STR(name), (of_shape), true, __VA_ARGS__ \
    }
#define MAY(name, of_shape, ...)                  \
    {                                             \
        STR(name), (of_shape), false, __VA_ARGS__ \
    }
#define END                                     \
    {                                           \
        STR(""), SHAPE_PLAIN, false, NULL, NULL \
    }

#define WORDS(...)                \
    .words = (const struct str[]) \
    {                             \
        __VA_ARGS__, STR("")      \
    }

static const struct section_key law_keys[] = {
    NEED("section", SHAPE_PLAIN),
    MAY("title", SHAPE_PLAIN),
    MAY("link", SHAPE_PLAIN),
    END,
};

static const struct section_key class_keys[] = {
    NEED("id", SHAPE_ID),
    NEED("name", SHAPE_LANGUAGES),
    MAY("when", SHAPE_TRUTH),
    END,
};

/* Pages of the form; a repeated one asks once per row of a list. */
static const struct section_key page_keys[] = {
    NEED("id", SHAPE_ID),
    NEED("name", SHAPE_LANGUAGES),
    NEED("fields", SHAPE_WORDS),
    MAY("when", SHAPE_TRUTH),
    END,
};

static const struct section_key eligibility_keys[] = {
    NEED("when", SHAPE_TRUTH),
    NEED("outcome", SHAPE_WORD, WORDS(STR("not-needed"), STR("refused"), STR("other-service"))),
    NEED("says", SHAPE_LANGUAGES),
    MAY("service", SHAPE_ID),
    END,
};

static const struct section_key party_credential_keys[] = {
    NEED("kind", SHAPE_ID),
    MAY("when", SHAPE_TRUTH),
    MAY("says", SHAPE_LANGUAGES),
    END,
};

static const struct section_key party_keys[] = {
    NEED("name", SHAPE_LANGUAGES),
    MAY("kind", SHAPE_WORD, WORDS(STR("person"), STR("organisation"), STR("either"))),
    MAY("when", SHAPE_TRUTH),
    MAY("max", SHAPE_COUNT),
    MAY("may", SHAPE_WORDS),
    MAY("credentials", SHAPE_LIST, party_credential_keys),
    END,
};

static const struct section_key document_keys[] = {
    NEED("name", SHAPE_LANGUAGES),
    NEED("need", SHAPE_WORD, WORDS(STR("always"), STR("recommended"), STR("optional"))),
    MAY("when", SHAPE_TRUTH),
    MAY("kinds", SHAPE_WORDS, WORDS(STR("pdf"), STR("image"), STR("drawing"), STR("sheet"))),
    MAY("before", SHAPE_ID),
    MAY("audience", SHAPE_WORD, WORDS(STR("public"), STR("parties"), STR("staff"))),
    END,
};

static const struct section_key fee_keys[] = {
    NEED("id", SHAPE_ID),    NEED("name", SHAPE_LANGUAGES),   NEED("amount", SHAPE_MONEY),
    NEED("due", SHAPE_ID),   MAY("when", SHAPE_TRUTH),        MAY("account", SHAPE_PLAIN),
    MAY("law", SHAPE_PLAIN), MAY("refundable", SHAPE_YES_NO), END,
};

static const struct section_key task_keys[] = {
    NEED("name", SHAPE_LANGUAGES), MAY("team", SHAPE_ID),
    MAY("when", SHAPE_TRUTH),      MAY("after", SHAPE_WORDS),
    MAY("within", SHAPE_SPAN),     MAY("results", SHAPE_WORDS),
    MAY("checklist", SHAPE_WORDS), END,
};

static const struct section_key inspection_keys[] = {
    NEED("name", SHAPE_LANGUAGES),
    NEED("team", SHAPE_ID),
    MAY("when", SHAPE_TRUTH),
    MAY("after", SHAPE_WORDS),
    MAY("ahead", SHAPE_SPAN),
    MAY("cutoff", SHAPE_TIME),
    MAY("daily", SHAPE_COUNT),
    MAY("results", SHAPE_WORDS,
        WORDS(STR("passed"), STR("partial"), STR("failed"), STR("no-access"))),
    MAY("again", SHAPE_ID),
    MAY("checklist", SHAPE_WORDS),
    END,
};

static const struct section_key condition_keys[] = {
    NEED("id", SHAPE_ID),
    NEED("text", SHAPE_LANGUAGES),
    MAY("when", SHAPE_TRUTH),
    MAY("before", SHAPE_ID),
    END,
};

static const struct section_key hold_keys[] = {
    NEED("id", SHAPE_ID),          NEED("when", SHAPE_TRUTH), NEED("blocks", SHAPE_WORDS),
    NEED("says", SHAPE_LANGUAGES), MAY("lifts", SHAPE_ID),    END,
};

static const struct section_key request_keys[] = {
    NEED("name", SHAPE_LANGUAGES),
    NEED("within", SHAPE_SPAN),
    MAY("silence", SHAPE_ID),
    END,
};

static const struct section_key decision_keys[] = {
    NEED("outcome", SHAPE_ID),
    NEED("by", SHAPE_ID),
    MAY("when", SHAPE_TRUTH),
    MAY("appeal", SHAPE_SPAN),
    END,
};

static const struct section_key approval_keys[] = {
    NEED("id", SHAPE_ID),        NEED("name", SHAPE_LANGUAGES),
    NEED("by", SHAPE_ID),        MAY("of", SHAPE_VALUE),
    MAY("when", SHAPE_TRUTH),    MAY("within", SHAPE_SPAN),
    MAY("beside", SHAPE_YES_NO), END,
};

static const struct section_key letter_keys[] = {
    NEED("name", SHAPE_LANGUAGES),
    NEED("on", SHAPE_ID),
    NEED("template", SHAPE_PLAIN),
    MAY("when", SHAPE_TRUTH),
    MAY("signed", SHAPE_ID),
    MAY("code", SHAPE_YES_NO),
    END,
};

static const struct section_key credential_keys[] = {
    NEED("kind", SHAPE_ID),    NEED("name", SHAPE_LANGUAGES),
    NEED("series", SHAPE_ID),  NEED("from", SHAPE_DAY),
    NEED("until", SHAPE_DAY),  MAY("gaps", SHAPE_YES_NO),
    MAY("shows", SHAPE_WORDS), END,
};

static const struct section_key renewal_keys[] = {
    NEED("opens", SHAPE_DAY),  NEED("due", SHAPE_DAY),       MAY("lapses", SHAPE_DAY),
    MAY("needs", SHAPE_TRUTH), MAY("says", SHAPE_LANGUAGES), MAY("carries", SHAPE_WORDS),
    MAY("asks", SHAPE_WORDS),  MAY("remind", SHAPE_SPANS),   END,
};

static const struct section_key retention_keys[] = {
    NEED("keep", SHAPE_SPAN),
    MAY("when", SHAPE_TRUTH),
    MAY("erase", SHAPE_WORDS),
    END,
};

static const struct section_key knowledge_keys[] = {
    NEED("id", SHAPE_ID),
    NEED("title", SHAPE_LANGUAGES),
    NEED("text", SHAPE_LANGUAGES),
    MAY("when", SHAPE_TRUTH),
    END,
};

static const struct section_key asset_keys[] = {
    NEED("kinds", SHAPE_WORDS),
    MAY("of", SHAPE_WORD, WORDS(STR("reporter"), STR("place"), STR("department"))),
    MAY("required", SHAPE_YES_NO),
    END,
};

static const struct section_key mapping_keys[] = {
    MAY("values", SHAPE_PAIRS),
    MAY("states", SHAPE_PAIRS),
    MAY("columns", SHAPE_VALUES),
    END,
};

static const struct section_key service_sections[] = {
    MAY("law", SHAPE_LIST, law_keys),
    MAY("classes", SHAPE_LIST, class_keys),
    MAY("sections", SHAPE_LIST, page_keys),
    MAY("eligibility", SHAPE_LIST, eligibility_keys),
    MAY("parties", SHAPE_BY_ID, party_keys),
    MAY("documents", SHAPE_BY_ID, document_keys),
    MAY("fees", SHAPE_LIST, fee_keys),
    MAY("reviews", SHAPE_BY_ID, task_keys),
    MAY("inspections", SHAPE_BY_ID, inspection_keys),
    MAY("tasks", SHAPE_BY_ID, task_keys),
    MAY("conditions", SHAPE_LIST, condition_keys),
    MAY("holds", SHAPE_LIST, hold_keys),
    MAY("requests", SHAPE_BY_ID, request_keys),
    MAY("decisions", SHAPE_LIST, decision_keys),
    MAY("approvals", SHAPE_LIST, approval_keys),
    MAY("letters", SHAPE_BY_ID, letter_keys),
    MAY("credential", SHAPE_MAP, credential_keys),
    MAY("renewals", SHAPE_MAP, renewal_keys),
    MAY("retention", SHAPE_LIST, retention_keys),
    MAY("mappings", SHAPE_BY_ID, mapping_keys),
    MAY("assets", SHAPE_MAP, asset_keys),
    MAY("knowledge", SHAPE_LIST, knowledge_keys),
};

const struct section_key *sections_of_service(size_t *ret_n)
{
    *ret_n = COUNT(service_sections);
    return service_sections;
}

/* The effects of a step: a closed list, one key each. */
static const struct section_key case_effect_keys[] = {
    NEED("service", SHAPE_ID),
    NEED("link", SHAPE_ID),
    END,
};

static const struct section_key clock_effect_keys[] = {
    MAY("start", SHAPE_ID),
    MAY("stop", SHAPE_ID),
    END,
};

static const struct section_key effect_keys[] = {
    MAY("set", SHAPE_VALUES),
    MAY("notify", SHAPE_ID),
    MAY("task", SHAPE_WORDS),
    MAY("clock", SHAPE_MAP, clock_effect_keys),
    MAY("charge", SHAPE_WORDS),
    MAY("credential", SHAPE_WORD,
        WORDS(STR("grant"), STR("renew"), STR("suspend"), STR("revoke"), STR("restore"))),
    MAY("case", SHAPE_MAP, case_effect_keys),
    MAY("link", SHAPE_ID),
    END,
};

static const struct section_key effects = MAY("do", SHAPE_LIST, effect_keys);

const struct section_key *section_of_effects(void)
{
    return &effects;
}

#define STATE_TYPES WORDS(STR("open"), STR("waiting"), STR("closed"))

static const struct section_key track_state_keys[] = {
    NEED("type", SHAPE_WORD, STATE_TYPES),
    NEED("name", SHAPE_LANGUAGES),
    MAY("says", SHAPE_LANGUAGES),
    END,
};

static const struct section_key track_step_keys[] = {
    NEED("name", SHAPE_LANGUAGES),
    NEED("from", SHAPE_WORDS),
    NEED("to", SHAPE_ID),
    NEED("by", SHAPE_WORDS, WORDS(STR("staff"), STR("supervisor"), STR("resident"), STR("timer"))),
    MAY("asks", SHAPE_WORDS),
    MAY("needs", SHAPE_WORDS),
    MAY("after", SHAPE_SPAN),
    MAY("outcome", SHAPE_ID),
    MAY("notice", SHAPE_ID),
    MAY("when", SHAPE_TRUTH),
    MAY("else", SHAPE_LANGUAGES),
    MAY("do", SHAPE_LIST, effect_keys),
    END,
};

/* Runs beside the case's own states, once for each entry of a section of the service. */
static const struct section_key track_keys[] = {
    NEED("name", SHAPE_LANGUAGES),
    NEED("each", SHAPE_WORD, WORDS(STR("reviews"), STR("approvals"), STR("once"))),
    NEED("opens", SHAPE_WORDS),
    NEED("start", SHAPE_ID),
    NEED("states", SHAPE_BY_ID, track_state_keys),
    NEED("steps", SHAPE_BY_ID, track_step_keys),
    END,
};

static const struct section_key workflow_sections[] = {
    MAY("tracks", SHAPE_BY_ID, track_keys),
    MAY("tasks", SHAPE_BY_ID, task_keys),
};

const struct section_key *sections_of_workflow(size_t *ret_n)
{
    *ret_n = COUNT(workflow_sections);
    return workflow_sections;
}

static const struct section_key column_keys[] = {
    NEED("id", SHAPE_PLAIN),
    NEED(
        "type", SHAPE_WORD,
        WORDS(STR("text"), STR("number"), STR("money"), STR("date"), STR("yes-no"), STR("choice"))),
    NEED("text", SHAPE_LANGUAGES),
    MAY("required", SHAPE_YES_NO),
    MAY("max", SHAPE_NUMBER),
    MAY("min", SHAPE_NUMBER),
    MAY("decimals", SHAPE_COUNT),
    MAY("options", SHAPE_WORDS),
    END,
};

static const struct section_key columns = MAY("columns", SHAPE_LIST, column_keys);

const struct section_key *section_of_columns(void)
{
    return &columns;
}

/* Rates by date. Rows are looked up by key; tiers by amount; bands by day of the year. */
static const struct section_key table_row_keys[] = {
    NEED("key", SHAPE_PLAIN),
    NEED("values", SHAPE_PAIRS),
    END,
};

static const struct section_key table_tier_keys[] = {
    MAY("upto", SHAPE_NUMBER),
    NEED("base", SHAPE_NUMBER),
    MAY("over", SHAPE_NUMBER),
    MAY("per", SHAPE_NUMBER),
    MAY("rate", SHAPE_NUMBER),
    MAY("parts", SHAPE_WORD, WORDS(STR("whole"), STR("exact"))),
    END,
};

static const struct section_key table_band_keys[] = {
    MAY("until", SHAPE_PLAIN),
    MAY("moves", SHAPE_WORD, WORDS(STR("no"), STR("next-workday"))),
    NEED("rate", SHAPE_NUMBER),
    END,
};

static const struct section_key table_version_keys[] = {
    NEED("from", SHAPE_DATE),
    MAY("law", SHAPE_PLAIN),
    MAY("rows", SHAPE_LIST, table_row_keys),
    MAY("tiers", SHAPE_LIST, table_tier_keys),
    MAY("bands", SHAPE_LIST, table_band_keys),
    END,
};

static const struct section_key table_keys[] = {
    NEED("table", SHAPE_ID),
    NEED("name", SHAPE_PLAIN),
    MAY("illustrative", SHAPE_YES_NO),
    NEED("versions", SHAPE_LIST, table_version_keys),
    END,
};

static const struct section_key table_file = MAY("table", SHAPE_MAP, table_keys);

const struct section_key *section_of_table_file(void)
{
    return &table_file;
}
