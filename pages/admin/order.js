// order.js: one order, with all that happened to it.
import { ask, askOnce, h } from "/assets/dom.js";
import { act, fieldForm } from "./forms.js";
import { money, pairs, plain, say, state, table, time } from "./words.js";

const refundable = ["paid", "processing", "fulfilled", "shipped", "delivered"];
const troubled = ["failed", "cancelled"];

function lines(address) {
	return address && [address.name, address.line1, address.line2,
		[address.postalCode, address.city, address.state].filter(Boolean).join(" "),
		address.country, address.phone].filter(Boolean).map((line) => h("div", {}, line));
}

function items(order) {
	return table([
		["", (row) => row.designImageUrl ? h("img", { class: "thumb", src: row.designImageUrl, alt: "" }) : ""],
		["Piece", (row) => [row.productName, h("div", { class: "faint" }, row.variantLabel)]],
		["Quantity", (row) => row.quantity, "number"],
		["Each", (row) => money(row.unitPrice, order.currency), "number"],
		["Sum", (row) => money(row.totalPrice, order.currency), "number"],
	], order.items);
}

function sums(order) {
	const amount = (value) => money(value, order.currency);
	return pairs([
		["Subtotal", amount(order.subtotal)], ["Discount", amount(order.discountAmount)],
		["Shipping", amount(order.shippingAmount)], ["Tax", amount(order.taxAmount)],
		["Total", h("strong", {}, amount(order.totalAmount))], ["Refunded", amount(order.refundedAmount)],
	]);
}

function refundForm(order, again) {
	const left = order.totalAmount - order.refundedAmount;
	if (!refundable.includes(order.status) || left <= 0)
		return null;
	const give = askOnce();
	return [h("h3", {}, "Refund"), fieldForm([
		{ name: "amount", label: `Amount in ${order.currency}; empty: all that is left`, kind: "number" },
		{ name: "reason", label: "Reason", kind: "text", required: true },
	], {}, "Refund", async ({ amount, reason }) => {
		await give("POST", `/admin/orders/${order.id}/refund`, { reason, ...(amount === null ? {} : { amount }) });
		say("The refund is on its way.");
		await again();
	})];
}

function quotes(row) {
	return row.quotes.map((one) => h("div", {}, one.provider, " ", one.why ?? money(one.total, one.currency)));
}

function printing(order, again) {
	const stuck = troubled.includes(order.fulfillment?.status);
	return [h("h3", {}, "Printing"), table([
		["Try", (row) => row.attempt, "number"],
		["Printer", (row) => row.provider],
		["State", (row) => state(row.status)],
		["Their order", (row) => plain(row.orderId)],
		["Why this one", (row) => plain(row.reason)],
		["Quotes", quotes],
		["Since", (row) => time(row.createdAt)],
	], order.fulfillments),
	stuck ? act("Submit it again", "Send the order to a printer again?",
		() => ask("POST", `/admin/orders/${order.id}/retry-fulfillment`), again) : null];
}

function history(order) {
	return [h("h3", {}, "History"), table([
		["When", (row) => time(row.createdAt)], ["What", (row) => row.kind],
		["From", (row) => plain(row.from)], ["To", (row) => plain(row.to)],
		["By", (row) => row.actor], ["More", (row) => plain(row.detail)],
	], order.events)];
}

function payments(order) {
	return [h("h3", {}, "Payments"), table([
		["With", (row) => row.provider], ["Intent", (row) => plain(row.intentId)], ["State", (row) => state(row.status)],
		["Declined", (row) => plain(row.declineReason)],
		["Taken", (row) => money(row.capturedAmount, row.currency), "number"],
		["Given back", (row) => money(row.refundedAmount, row.currency), "number"],
	], order.payments),
	order.refunds.length ? table([
		["Refund", (row) => time(row.createdAt)], ["State", (row) => state(row.status)],
		["Reason", (row) => plain(row.reason)], ["Amount", (row) => money(row.amount, row.currency), "number"],
	], order.refunds) : null];
}

/** The view of the order with this id. */
export async function orderView(id) {
	const { data: order } = await ask("GET", `/admin/orders/${encodeURIComponent(id)}`);
	const again = () => window.dispatchEvent(new Event("hashchange"));
	return [
		h("header", { class: "bar" }, h("h2", {}, order.orderNumber, " ", state(order.status))),
		h("div", { class: "columns" },
			h("section", {}, pairs([
				["Buyer", order.user?.email ?? "deleted"], ["Ordered", time(order.createdAt)],
				["Paid", time(order.paidAt)], ["Shipping", order.shippingMethod], ["Coupon", plain(order.couponCode)],
				...(order.fulfillment?.parcels ?? []).map((parcel) => ["Parcel", [
					parcel.trackingUrl ? h("a", { href: parcel.trackingUrl, rel: "noopener noreferrer" }, parcel.trackingNumber ?? parcel.trackingUrl)
						: plain(parcel.trackingNumber),
					` ${parcel.carrier ?? ""} ${parcel.status}`]]),
			])),
			h("section", {}, h("h3", {}, "To"), lines(order.shippingAddress)),
			h("section", {}, h("h3", {}, "Sums"), sums(order))),
		items(order), payments(order), printing(order, again), history(order), refundForm(order, again),
	];
}
