/*
 * print_hook.c: what follows from a printer's message.
 *
 * The message was verified and kept by whoever received it; its payload here
 * is what it told, and the order itself is asked for again.
 */
#include "print.h"
#include "workers.h"

static const char *
text_of(json *object, const char *name)
{
	const char *text = json_text(object, name);

	return text ? text : "";
}

static struct print_shipment
shipment_of(json *payload)
{
	json *told = json_get(payload, "told");

	return (struct print_shipment){
		.ref = text_of(told, "ref"),
		.carrier = text_of(told, "carrier"),
		.service = text_of(told, "service"),
		.number = text_of(told, "number"),
		.url = text_of(told, "url"),
		.shipped_s = json_int(told, "shipped", 0),
		.delivered_s = json_int(told, "delivered", 0),
		.returned = json_flag(payload, "returned", false),
		.withdrawn = json_flag(payload, "withdrawn", false),
	};
}

enum outcome
work_settle_print_webhook(struct job *job)
{
	struct print_shipment shipment = shipment_of(job->payload);
	const char *event = text_of(job->payload, "event");
	struct id id;
	enum outcome o;
	int touched;

	if (!id_parse(event, &id))
		return job_fail(job, VALIDATION_ERROR, "it names no event");
	o = print_settle(job, job->ref, &shipment);
	if (FAILED(o))
		return o;
	return sql_print_event_settled(job->db, id, &touched);
}
