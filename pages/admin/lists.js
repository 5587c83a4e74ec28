// lists.js: the lists of the admin, each a row of a table.
import { ask, h } from "/assets/dom.js";
import { given } from "./coupon.js";
import { act, filterForm } from "./forms.js";
import { money, orderLink, plain, state, table, time } from "./words.js";

const search = { name: "q", label: "Search", kind: "text" };
const choose = (name, label, ...choices) => ({ name, label, kind: "choice", choices: ["", ...choices] });
const day = (name, label) => ({ name, label, kind: "day" });
const post = (path, body) => () => ask("POST", path, body);

/** What stands where: path below /admin, filters, columns. */
export const lists = {
	orders: {
		title: "Orders",
		filters: [search, choose("status", "State", "pending", "paid", "processing", "fulfilled",
			"shipped", "delivered", "cancelled", "refunded"), day("from", "From"), day("to", "Before"),
		choose("stuck", "Stuck", "true")],
		columns: () => [
			["Order", (row) => orderLink(row.id, row.orderNumber)],
			["When", (row) => time(row.createdAt)],
			["State", (row) => state(row.status)],
			["Buyer", (row) => row.user?.email ?? "deleted"],
			["Country", (row) => row.shippingAddress?.country],
			["Printer", (row) => row.fulfillment ? [row.fulfillment.provider, " ", state(row.fulfillment.status)] : "–"],
			["Total", (row) => money(row.totalAmount, row.currency), "number"],
		],
	},
	products: {
		title: "Products",
		filters: [search, choose("category", "Category", "t-shirt", "cap", "tote-bag"),
			choose("active", "On sale", "true", "false")],
		head: () => h("a", { href: "#/products/new" }, "New product"),
		columns: () => [
			["Product", (row) => h("a", { href: `#/products/${row.id}` }, row.name)],
			["Category", (row) => row.category],
			["On sale", (row) => plain(row.active)],
			["Variants", (row) => `${row.variants.filter((one) => one.available).length} of ${row.variants.length}`, "number"],
			["Printful", (row) => plain(row.printfulProductId)],
			["Printify", (row) => plain(row.printifyProductId)],
			["Price", (row) => money(row.basePrice, row.currency), "number"],
		],
	},
	coupons: {
		title: "Coupons",
		filters: [search, choose("active", "Serves", "true", "false")],
		head: () => h("a", { href: "#/coupons/new" }, "New coupon"),
		columns: () => [
			["Code", (row) => h("a", { href: `#/coupons/${row.id}` }, row.code)],
			["Gives", given],
			["Serves", (row) => plain(row.active)],
			["Until", (row) => row.expiresAt ? time(row.expiresAt) : "–"],
			["Uses", (row) => row.maxUses ? `${row.uses} of ${row.maxUses}` : row.uses, "number"],
			["Since", (row) => time(row.createdAt)],
		],
	},
	users: {
		title: "Users",
		filters: [search, choose("tier", "Tier", "free", "registered", "premium")],
		columns: () => [
			["E-mail", (row) => row.email],
			["Name", (row) => plain([row.firstName, row.lastName].filter(Boolean).join(" "))],
			["Tier", (row) => row.tier],
			["Verified", (row) => plain(row.emailVerified)],
			["Drawn this month", (row) => row.aiGenerationsMonth, "number"],
			["Points", (row) => row.totalPoints, "number"],
			["Since", (row) => time(row.createdAt)],
		],
	},
	cases: {
		title: "Cases",
		filters: [choose("state", "State", "open", "closed")],
		columns: (again) => [
			["Case", (row) => row.kind],
			["Weight", (row) => state(row.severity)],
			["State", (row) => state(row.state)],
			["Order", (row) => orderLink(row.orderId)],
			["What", (row) => plain(row.detail)],
			["When", (row) => time(row.createdAt)],
			["", (row) => row.state === "open"
				? act("Resolve", null, post(`/admin/cases/${row.id}/resolve`), again) : row.closedBy],
		],
	},
	reports: {
		title: "Reports",
		filters: [choose("state", "State", "open", "upheld", "dismissed")],
		columns: (again) => [
			["Picture", (row) => row.design.imageUrl
				? h("img", { class: "thumb", src: row.design.imageUrl, alt: row.design.title ?? "" }) : "–"],
			["Design", (row) => plain(row.design.title)],
			["Why", (row) => row.reason],
			["Said", (row) => plain(row.details)],
			["State", (row) => state(row.state)],
			["When", (row) => time(row.createdAt)],
			["", (row) => row.state === "open" ? h("div", { class: "buttons" },
				act("Hide the design", "Take it out of the gallery for good?",
					post(`/admin/reports/${row.id}/resolve`, { uphold: true }), again),
				act("Dismiss", null, post(`/admin/reports/${row.id}/resolve`, { uphold: false }), again)) : ""],
		],
	},
	jobs: {
		title: "Jobs",
		filters: [choose("state", "State", "queued", "running", "done", "dead"), choose("stuck", "Stuck", "true")],
		columns: (again) => [
			["Job", (row) => row.kind],
			["State", (row) => state(row.state)],
			["Order", (row) => orderLink(row.orderId)],
			["Tries", (row) => `${row.attempts} of ${row.maxAttempts}`, "number"],
			["Last error", (row) => plain(row.lastError)],
			["Runs", (row) => time(row.runAt)],
			["", (row) => row.state === "dead"
				? act("Try again", null, post(`/admin/jobs/${row.id}/retry`), again) : ""],
		],
	},
	webhooks: {
		title: "Webhooks",
		filters: [choose("provider", "From", "stripe", "paypal", "printful", "printify"),
			choose("state", "State", "received", "processed", "ignored", "failed")],
		columns: () => [
			["From", (row) => row.provider],
			["Kind", (row) => row.type],
			["State", (row) => state(row.state)],
			["Order", (row) => orderLink(row.orderId)],
			["Error", (row) => plain(row.error)],
			["Received", (row) => time(row.receivedAt)],
		],
	},
	audit: {
		title: "Audit",
		filters: [{ name: "admin", label: "Admin", kind: "text" }, { name: "target", label: "Target", kind: "text" }],
		columns: () => [
			["When", (row) => time(row.createdAt)],
			["Who", (row) => row.admin],
			["Did", (row) => row.action],
			["To", (row) => plain(row.target)],
			["Before", (row) => plain(row.before)],
			["After", (row) => plain(row.after)],
		],
	},
};

// What nobody but a human gets going: what of it, which list, its filters.
const queues = [
	["stuck orders", "orders", { stuck: "true" }],
	["open cases", "cases", { state: "open" }],
	["dead jobs", "jobs", { state: "dead" }],
	["stuck jobs", "jobs", { stuck: "true" }],
];

/** The newest of whatever waits for somebody; nothing where nothing does. */
export async function queueView() {
	const again = () => window.dispatchEvent(new Event("hashchange"));
	return Promise.all(queues.map(async ([title, name, filters]) => {
		const { data, meta } = await ask("GET", `/admin/${name}?${new URLSearchParams({ limit: 5, ...filters })}`);
		return data.length ? h("section", { class: "queue" },
			h("h3", {}, h("a", { href: `#/${name}?${new URLSearchParams(filters)}` }, `${meta.pagination.total} ${title}`)),
			table(lists[name].columns(again), data)) : null;
	}));
}

/** Show one list. The filters stand in the address, so that they can be kept. */
export async function listView(name, chosen) {
	const list = lists[name];
	const again = () => window.dispatchEvent(new Event("hashchange"));
	const page = (cursor) => ask("GET", `/admin/${name}?${new URLSearchParams(
		{ limit: 50, ...chosen, ...(cursor ? { cursor } : {}) })}`);
	const rows = h("div", {});
	const more = h("div", { class: "more" });

	const add = ({ data, meta }) => {
		const { nextCursor } = meta.pagination;
		rows.append(data.length || rows.hasChildNodes()
			? table(list.columns(again), data) : h("p", { class: "faint" }, "None."));
		more.replaceChildren(...(nextCursor
			? [act("More", null, async () => add(await page(nextCursor)), () => {})] : []));
	};
	const first = await page(null);
	const { total, totalIsEstimate } = first.meta.pagination;
	add(first);
	return [
		h("header", { class: "bar" },
			h("h2", {}, list.title, " ", h("small", { class: "faint" }, `${totalIsEstimate ? "about " : ""}${total}`)),
			list.head?.() ?? null),
		filterForm(list.filters, chosen, (filters) => {
			location.hash = `#/${name}?${new URLSearchParams(filters)}`;
		}),
		rows, more,
	];
}
