/*
 * pages.c: one page with two buttons serves every provider.
 */
#include "base/arena.h"
#include "base/buf.h"
#include "sandbox/pages.h"
#include "sandbox/pairs.h"
#include "sandbox/play.h"

#define PAGE_MOST (64 * 1024)

bool
page_wanted(struct request *rq)
{
	struct pairs query = pairs_query(rq);
	const char *ui = pairs_get(&query, "ui");

	return ui && !strcmp(ui, "1");
}

static void
link_put(struct buf *b, const char *url, const char *words)
{
	buf_text(b, "<p><a class=\"button\" href=\"");
	buf_html(b, url);
	buf_text(b, "\">");
	buf_html(b, words);
	buf_text(b, "</a></p>\n");
}

enum outcome
page_buttons(struct request *rq, const char *title, const char *question,
    const char *yes, const char *yes_url, const char *no_url)
{
	struct buf b;

	buf_open(&b, rq->arena, PAGE_MOST);
	buf_text(&b, "<!doctype html>\n<html lang=\"en\"><meta charset="
		     "\"utf-8\"><title>");
	buf_html(&b, title);
	buf_text(&b, " (sandbox)</title>\n<style>body{font:1.1em sans-serif;"
		     "margin:4em auto;max-width:30em}.button{display:block;"
		     "padding:.7em;border:1px solid;text-align:center;"
		     "text-decoration:none}</style>\n<h1>");
	buf_html(&b, title);
	buf_text(&b, "</h1>\n<p>");
	buf_html(&b, question);
	buf_text(&b, "</p>\n");
	link_put(&b, yes_url, yes);
	if (no_url)
		link_put(&b, no_url, "No, go back");
	return answer_text(rq, 200, "text/html; charset=utf-8", b.at);
}
