// official-stripe.mjs: Stripe's own package, pointed at the sandbox. Says
// "ok …" or "not ok …" for each thing.
//
//	node official-stripe.mjs MODULES SANDBOX HOOKS KEY SECRET INTENT ORDER
//
// SANDBOX is its origin, HOOKS where the shop hears Stripe, INTENT one that
// the shop has made for ORDER.

import { createRequire } from "node:module";
import net from "node:net";
import { join } from "node:path";

const [modules, sandbox, hooks, key, secret, intent, order] = process.argv.slice(2);
const Stripe = createRequire(join(modules, "package.json"))("stripe");
const at = new URL(sandbox);

function ok(good, words, more) {
	console.log(`${good ? "ok" : "not ok"} ${words}`);
	if (!good && more !== undefined) console.log(`# ${JSON.stringify(more)}`);
}

// ---- whom this process talks to ----

const met = new Set();
const connect = net.Socket.prototype.connect;
net.Socket.prototype.connect = function (...words) {
	const [to] = Array.isArray(words[0]) ? words[0] : words;
	met.add(`${to.host ?? to.path}:${to.port}`);
	return connect.apply(this, words);
};

const stripe = new Stripe(key, {
	apiVersion: "2023-10-16",
	host: at.hostname, port: at.port, protocol: "http",
	telemetry: false, maxNetworkRetries: 0,
});

// ---- signatures ----

let events = 0;
const event = (type, object) => JSON.stringify({
	id: `evt_official${process.pid}x${++events}`, object: "event", api_version: "2023-10-16",
	created: Math.floor(Date.now() / 1000), type, livemode: false, data: { object },
}, null, 2);
const send = (body, header) => fetch(hooks, {
	method: "POST", body,
	headers: { "Content-Type": "application/json; charset=utf-8", "Stripe-Signature": header },
});
const sign = (payload, more = {}) => stripe.webhooks.generateTestHeaderString({ payload, secret, ...more });

async function signatures() {
	const now = Math.floor(Date.now() / 1000);
	const body = event("payment_intent.processing", {
		id: intent, object: "payment_intent", status: "processing", currency: "usd", amount: 1,
		metadata: { order_id: order, note: "café €5" },
	});
	const forged = {
		"by another secret": [body, sign(body, { secret: "whsec_another" })],
		"of another body": [body, sign(`${body} `)],
		"too old": [body, sign(body, { timestamp: now - 320 })],
		"of another scheme": [body, sign(body, { scheme: "v0" })],
		"over bytes written anew": [JSON.stringify(JSON.parse(body)), sign(body)],
		"cut short": [body, sign(body).slice(0, -1)],
	};
	for (const [how, [bytes, header]] of Object.entries(forged)) {
		const answer = await send(bytes, header);
		const said = await answer.json();
		ok(answer.status === 400 && said.error.code === "INVALID_SIGNATURE", `a signature ${how} is refused`, said);
		let own = true;
		try { stripe.webhooks.constructEvent(bytes, header, secret); } catch { own = false; }
		ok(!own, `a signature ${how} is refused by the package, too`);
	}
	const good = await send(body, sign(body, { timestamp: now - 290 }));
	ok(good.status === 200, "one made by the package is accepted", await good.text());
	ok((await send(body, sign(body))).status === 200, "and so is the same message once more");
}

/** What the sandbox has signed, the package believes. */
async function heard() {
	const list = await (await fetch(`${sandbox}/_sandbox/webhooks?provider=stripe`)).json();
	const sent = list.filter((hook) => hook.headers["Stripe-Signature"]);
	let wrong;
	for (const hook of sent) {
		try {
			const told = stripe.webhooks.constructEvent(hook.body, hook.headers["Stripe-Signature"], secret);
			if (told.type !== hook.type) wrong = told.type;
		} catch (error) { wrong = String(error); }
	}
	ok(sent.length > 0 && !wrong, "what the sandbox has sent is signed as the package wants it", [sent.length, wrong]);
}

// ---- paying ----

/** The error that a call ends with. */
async function failure(call) {
	try { await call; } catch (error) { return error; }
	return {};
}

async function paying() {
	const found = await stripe.paymentIntents.retrieve(intent);
	ok(found.metadata.order_id === order, "the shop's intent is found", found);
	const declined = await failure(stripe.paymentIntents.confirm(intent, { payment_method: "pm_card_chargeDeclined", return_url: "https://shop.example/" }));
	ok(declined.type === "StripeCardError" && declined.code === "card_declined" && declined.decline_code === "generic_decline",
		"a declined card is the package's own error", declined);
	const paid = await stripe.paymentIntents.confirm(intent, { payment_method: "pm_card_visa", return_url: "https://shop.example/", expand: ["latest_charge"] });
	ok(paid.status === "succeeded" && paid.latest_charge.paid === true && paid.amount_received === paid.amount, "and another one pays", paid);
}

async function alone() {
	const make = (idempotencyKey, amount = 1999) => stripe.paymentIntents.create({
		amount, currency: "eur", automatic_payment_methods: { enabled: true, allow_redirects: "never" },
		metadata: { note: "café & co" },
	}, { idempotencyKey });
	const one = await make("official-1");
	ok(one.status === "requires_payment_method" && one.client_secret, "an intent is made", one);
	ok((await make("official-1")).id === one.id, "once for one key");
	ok((await failure(make("official-1", 5))).type === "StripeIdempotencyError", "which is for one body");
	ok((await failure(stripe.paymentIntents.create({ amount: 5, currency: "eur", colour: "red" }))).code === "parameter_unknown", "no unknown parameter passes");
	await stripe.paymentIntents.confirm(one.id, { payment_method: "pm_card_visa" });
	const part = await stripe.refunds.create({ payment_intent: one.id, amount: 500, metadata: { refund_id: "x" } });
	ok(part.status === "succeeded" && part.amount === 500, "a part goes back", part);
	ok((await stripe.refunds.create({ payment_intent: one.id })).amount === 1499, "then the rest");
	ok((await failure(stripe.refunds.create({ payment_intent: one.id }))).code === "charge_already_refunded", "then nothing");
	const refunds = await stripe.refunds.list({ payment_intent: one.id });
	ok(refunds.data.map((r) => r.amount).join() === "1499,500" && !refunds.has_more, "both are listed", refunds);

	const second = await make("official-2"), third = await make("official-3");
	ok((await stripe.paymentIntents.cancel(second.id, { cancellation_reason: "abandoned" })).status === "canceled", "one is called off");
	ok((await failure(stripe.paymentIntents.confirm(second.id, { payment_method: "pm_card_visa" }))).code === "payment_intent_unexpected_state", "for good");
	ok((await stripe.paymentIntents.confirm(third.id, { payment_method: "pm_card_authenticationRequired" })).status === "requires_action", "one wants more of the buyer");
	const all = [];
	for await (const it of stripe.paymentIntents.list({ limit: 2 })) all.push(it.id);
	ok([one, second, third].every((it) => all.includes(it.id)) && all.includes(intent) && new Set(all).size === all.length, "page by page all are listed", all);
	ok((await failure(stripe.paymentIntents.retrieve("pi_nobody"))).code === "resource_missing", "what is not there is missing");
	const stranger = new Stripe("sk_test_stranger", { host: at.hostname, port: at.port, protocol: "http", telemetry: false, maxNetworkRetries: 0 });
	ok((await failure(stranger.paymentIntents.list())).type === "StripeAuthenticationError", "another key opens nothing");
}

async function subscribing() {
	const customer = await stripe.customers.create({ email: "official@example.com", metadata: { user_id: "nobody" } });
	const product = await stripe.products.create({ name: "Premium" });
	const price = await stripe.prices.create({ product: product.id, currency: "usd", unit_amount: 999, recurring: { interval: "month" }, lookup_key: "official" });
	ok((await stripe.prices.list({ active: true, lookup_keys: ["official"] })).data[0].id === price.id, "a price is found by its key");
	const session = await stripe.checkout.sessions.create({
		mode: "subscription", customer: customer.id, line_items: [{ price: price.id, quantity: 1 }],
		success_url: "https://shop.example/ok", cancel_url: "https://shop.example/no",
	});
	ok(session.url, "there is a page to go to", session);
	await fetch(session.url, { redirect: "manual" });
	const done = await stripe.checkout.sessions.retrieve(session.id, { expand: ["subscription"] });
	ok(done.status === "complete" && done.subscription.status === "active", "which pays", done);
	const ending = await stripe.subscriptions.update(done.subscription.id, { cancel_at_period_end: true });
	ok(ending.cancel_at_period_end && ending.status === "active", "it will end");
	ok((await stripe.subscriptions.cancel(ending.id)).status === "canceled", "it has ended");
	ok((await stripe.subscriptions.list({ customer: customer.id, status: "all" })).data.length === 1, "there was one");
	ok((await stripe.billingPortal.sessions.create({ customer: customer.id, return_url: "https://shop.example/" })).url, "the portal opens");
}

await signatures();
await paying();
await alone();
await subscribing();
await heard();
const others = [...met].filter((it) => !["127.0.0.1:" + at.port, "127.0.0.1:" + new URL(hooks).port].includes(it));
ok(met.size > 0 && others.length === 0, "and nobody else was called", others);
