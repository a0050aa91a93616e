/* What HTML says of its elements and attributes (HTML Living Standard, sections 4 and 13.1.2), as
 * far as templates are checked. Layer: tools. */
#ifndef TOOLS_TAGS_H
#define TOOLS_TAGS_H

#include "base/str.h"

/* <br>, <img>: no end tag. */
bool tag_is_void(struct str name);

/* <title>, <textarea>: text without markup. */
bool tag_is_rcdata(struct str name);

/* <pre>, <textarea>: white space counts. */
bool tag_keeps_space(struct str name);

/* Elements that no page of ours may have, such as <style>. */
bool tag_is_refused(struct str name);

/* href, action: the value is a URL that is followed or loaded. */
bool attr_is_url(struct str name);

/* srcset, srcdoc: the value has a syntax of its own in which nothing can be escaped simply. */
bool attr_is_compound(struct str name);

/* onclick: the value is a script. */
bool attr_is_handler(struct str name);

/* True when the literal URL, or beginning of one before an expression, has a scheme that templates
 * may use and, before an expression, a complete host. */
bool url_is_allowed(struct str url, bool is_before_expression);

#endif
