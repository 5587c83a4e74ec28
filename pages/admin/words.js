// words.js: values as people read them, and what is said to them.
import { h } from "/assets/dom.js";

/** An amount with its currency's decimals: "$24.50", "¥2,450". */
export function money(amount, currency) {
	if (amount === null || amount === undefined)
		return "–";
	return new Intl.NumberFormat("en", { style: "currency", currency }).format(amount);
}

/** Dollars as small as a model's call costs: "$0.0044". */
export function tinyMoney(amount) {
	return new Intl.NumberFormat("en", { style: "currency", currency: "USD", maximumFractionDigits: 4 }).format(amount);
}

/** An instant in the reader's own time zone. */
export function time(text) {
	return text ? h("time", { datetime: text, title: text }, new Intl.DateTimeFormat(undefined,
		{ dateStyle: "medium", timeStyle: "short" }).format(new Date(text))) : "–";
}

const moods = {
	dead: "bad", failed: "bad", alarm: "bad", open: "bad", refunded: "bad", cancelled: "bad",
	delivered: "good", done: "good", processed: "good", closed: "good", succeeded: "good", paid: "good",
};

/** A state as a pill, coloured if it is good or bad news. */
export function state(word) {
	return word ? h("span", { class: `mark ${moods[word] ?? "faint"}` }, word) : "–";
}

/** Anything, as text. */
export function plain(value) {
	if (value === null || value === undefined || value === "")
		return "–";
	if (typeof value === "boolean")
		return value ? "yes" : "no";
	if (typeof value === "object" && !Object.keys(value).length)
		return "–";
	return typeof value === "object"
		? h("pre", {}, JSON.stringify(value, null, 1)) : String(value);
}

/** A link to an order's view, short enough for a table. */
export function orderLink(id, text) {
	return id ? h("a", { href: `#/orders/${id}` }, text ?? id.slice(0, 8)) : "–";
}

/** A table of name and value. */
export function pairs(rows) {
	return h("dl", { class: "pairs" }, rows.map(([name, value]) => [
		h("dt", {}, name), h("dd", {}, value ?? "–")]));
}

/** A table: columns are [title, row => cell, "number"?]. */
export function table(columns, rows) {
	const cell = (tag, kind, content) => h(tag, { class: kind ?? null, scope: tag === "th" ? "col" : null }, content);
	return h("div", { class: "scroll" }, h("table", {},
		h("thead", {}, h("tr", {}, columns.map(([title, , kind]) => cell("th", kind, title)))),
		h("tbody", {}, rows.map((row) => h("tr", {},
			columns.map(([, show, kind]) => cell("td", kind, show(row))))))));
}

let silence;

/** Say something for some seconds; refusals stay until the next word. */
export function say(text, lasting = false) {
	const said = document.querySelector("#said");
	said.textContent = text;
	clearTimeout(silence);
	if (!lasting)
		silence = setTimeout(() => { said.textContent = ""; }, 5000);
}

/** Say why something failed, with what support needs to find it. */
export function sayRefusal(error) {
	say(error.request ? `${error.message} (${error.code}, request ${error.request})` : error.message, true);
}
