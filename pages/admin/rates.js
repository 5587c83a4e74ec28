// rates.js: exchange, tax and shipping rates, each a table that is put back whole.
import { ask, h } from "/assets/dom.js";
import { act } from "./forms.js";
import { say } from "./words.js";

// The columns of each, so that a table that is still empty can be filled.
const columns = {
	"exchange-rates": { currency: "text", rate: "number" },
	"tax-rates": {
		country: "text", state: "text", category: "text", name: "text", rate: "number",
		inclusive: "flag", onShipping: "flag",
	},
	"shipping-rates": {
		country: "text", category: "text", method: "text", firstItem: "number", additionalItem: "number",
		currency: "text", daysMin: "number", daysMax: "number",
	},
};

const titles = {
	"exchange-rates": "Exchange rates", "tax-rates": "Tax rates", "shipping-rates": "Shipping rates",
};

function control(name, kind, value) {
	return kind === "flag"
		? h("input", { type: "checkbox", "aria-label": name, "data-name": name, checked: Boolean(value) })
		: h("input", { "aria-label": name, "data-name": name, value: value ?? "" });
}

function read(input, kind) {
	if (kind === "flag")
		return input.checked;
	if (input.value === "")
		return null;
	return kind === "number" ? Number(input.value) : input.value;
}

function rateRow(shape, values) {
	const row = h("tr", {},
		Object.entries(shape).map(([name, kind]) => h("td", {}, control(name, kind, values[name]))),
		h("td", {}, h("button", { click: () => row.remove() }, "Remove")));
	return row;
}

/** The view of one of the three. */
export async function ratesView(name) {
	const shape = columns[name];
	const { data } = await ask("GET", `/admin/settings/${name}`);
	const body = h("tbody", {}, data.map((one) => rateRow(shape, one)));
	const rows = () => [...body.rows].map((row) => Object.fromEntries(
		[...row.querySelectorAll("input")].map((input) =>
			[input.dataset.name, read(input, shape[input.dataset.name])])));
	return [
		h("h2", {}, titles[name]),
		h("p", { class: "faint" }, "An asterisk stands for every country that has no row of its own."),
		h("div", { class: "scroll" }, h("table", {},
			h("thead", {}, h("tr", {}, Object.keys(shape).map((key) => h("th", { scope: "col" }, key)), h("th", {}))),
			body)),
		h("p", { class: "buttons" },
			h("button", { click: () => body.append(rateRow(shape, {})) }, "Add a row"),
			act("Save all", "Everybody sees the new rates within two seconds. Save them?",
				() => ask("PUT", `/admin/settings/${name}`, rows()),
				() => { say("Saved."); window.dispatchEvent(new Event("hashchange")); })),
	];
}
