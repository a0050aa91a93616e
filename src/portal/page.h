/* The frame of every public page: head, navigation, languages, footer. Layer: portal. */
#ifndef PORTAL_PAGE_H
#define PORTAL_PAGE_H

#include "base/html.h"
#include "engine/definition/city.h"
#include "web/reply.h"
#include "web/request.h"

struct page {
    struct view view;
    struct ctx *ctx;
    const struct request *request;
    const struct city *city;
    struct str title;   /* the page's own part of <title> */
    struct str csrf;    /* token for its forms; empty until page_needs_form */
    struct str feed;    /* an Atom feed of what it shows; empty: none */
    struct str current; /* "/": which entry of the navigation it belongs to */
    bool has_errors;    /* the form came back */
    bool has_hero;      /* a coloured band comes first */
    bool is_demonstration;
};

/* Begins a page of the reply; write the frame with page_begin(&page.view, &page) and page_end. */
struct page page_on(struct ctx *ctx, const struct request *request, struct reply *reply,
                    struct str title);

/* Gives the page's forms their token. */
void page_needs_form(struct page *page, struct reply *reply);

/* A path of this site in the page's language. */
struct str page_url(const struct page *page, struct str path);

/* The city's full name as the header sets it: its name large, where it stands in it. */
struct html page_brand(const struct page *page);

/* What is wrong with one input, in the page's language. */
struct str page_error(const struct page *page, const struct err *err);

#endif
