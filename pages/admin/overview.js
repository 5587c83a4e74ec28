// overview.js: how the shop is doing.
import { ask, h } from "/assets/dom.js";
import { filterForm } from "./forms.js";
import { queueView } from "./lists.js";
import { money, table, tinyMoney } from "./words.js";

const period = [
	{ name: "from", label: "From", kind: "day" },
	{ name: "to", label: "Before", kind: "day" },
];

function figure(title, value, beside) {
	return h("div", {}, h("dt", {}, title), h("dd", {}, value, h("small", {}, beside ?? "")));
}

const counted = (counts) => Object.entries(counts).map(([name, n]) => `${n} ${name}`).join(", ");

function figures(data) {
	return h("dl", { class: "figures" },
		figure("Orders", data.orders.count, counted(data.orders.byStatus)),
		data.revenue.map((one) => figure(`Net, ${one.currency}`, money(one.net, one.currency),
			`${money(one.gross, one.currency)} less ${money(one.refunded, one.currency)} refunded` +
			` and ${money(one.lost, one.currency)} lost to disputes; fees ${money(one.fees, one.currency)}`)),
		figure("New users", data.users.new, counted(data.users.byTier)),
		figure("Designs drawn", data.designs.generated, `${data.designs.failed} failed, ${data.designs.public} public`),
		figure("AI cost", tinyMoney(data.ai.cost), `${data.ai.tokens} tokens, ${data.ai.avgMs} ms a call`));
}

const space = "http://www.w3.org/2000/svg";

function shape(name, attributes, ...children) {
	const element = document.createElementNS(space, name);
	for (const [key, value] of Object.entries(attributes))
		element.setAttribute(key, value);
	element.append(...children);
	return element;
}

/** Every day between the first and the last, also those that nothing was sold on. */
function days(series) {
	const byDay = new Map(series.map((one) => [one.day, one]));
	const all = [];
	for (let at = Date.parse(series[0].day); at <= Date.parse(series.at(-1).day); at += 86_400_000) {
		const day = new Date(at).toISOString().slice(0, 10);
		all.push(byDay.get(day) ?? { day, orders: 0, revenue: 0, users: 0, designs: 0 });
	}
	return all;
}

/** Orders of each day as bars. The table beside it says the same in figures. */
function chart(series) {
	if (!series.length)
		return h("p", { class: "faint" }, "Nothing happened in these days.");
	const all = days(series);
	const most = Math.max(1, ...all.map((one) => one.orders));
	const width = 1000 / all.length;
	const bars = all.map((one, i) => {
		const high = 150 * one.orders / most;
		return shape("rect", { x: i * width + 1, y: 160 - high, width: Math.max(1, Math.min(width - 2, 40)), height: high },
			shape("title", {}, `${one.day}: ${one.orders} orders`));
	});
	return shape("svg", { class: "chart", viewBox: "0 0 1000 180", role: "img", "aria-label": `Orders a day, at most ${most}` },
		shape("line", { x1: 0, y1: 160, x2: 1000, y2: 160 }), ...bars,
		shape("text", { x: 0, y: 176 }, all[0].day),
		shape("text", { x: 1000, y: 176, "text-anchor": "end" }, all.at(-1).day));
}

/** The view: what waits for somebody, figures, orders a day, what sells. */
export async function overviewView(chosen) {
	const [{ data }, queue] = await Promise.all([
		ask("GET", `/admin/analytics?${new URLSearchParams(chosen)}`), queueView()]);
	return [
		h("header", { class: "bar" }, h("h2", {}, "Overview")),
		queue,
		filterForm(period, chosen, (filters) => { location.hash = `#/?${new URLSearchParams(filters)}`; }),
		figures(data),
		h("h3", {}, "Orders a day"), chart(data.series),
		h("div", { class: "columns" },
			h("section", {}, h("h3", {}, "Products that sell"), table([
				["Product", (row) => h("a", { href: `#/products/${row.id}` }, row.name)],
				["Orders", (row) => row.orders, "number"], ["Pieces", (row) => row.quantity, "number"],
			], data.topProducts)),
			h("section", {}, h("h3", {}, "Designs that sell"), table([
				["Design", (row) => row.title], ["Orders", (row) => row.orders, "number"],
				["Pieces", (row) => row.quantity, "number"],
			], data.topDesigns)),
			h("section", {}, h("h3", {}, "Models"), table([
				["Model", (row) => row.model], ["Calls", (row) => row.calls, "number"],
				["Cost", (row) => tinyMoney(row.cost), "number"], ["ms", (row) => row.avgMs, "number"],
			], data.ai.byModel))),
	];
}
