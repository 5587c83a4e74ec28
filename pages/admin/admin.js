// admin.js: which view stands where, and the way between them.
import { h } from "/assets/dom.js";
import { couponView } from "./coupon.js";
import { lists, listView } from "./lists.js";
import { orderView } from "./order.js";
import { overviewView } from "./overview.js";
import { productView } from "./product.js";
import { ratesView } from "./rates.js";
import { sayRefusal } from "./words.js";

const menu = [
	["#/", "Overview"],
	...Object.entries(lists).map(([name, list]) => [`#/${name}`, list.title]),
	["#/rates/exchange-rates", "Exchange rates"],
	["#/rates/tax-rates", "Tax rates"],
	["#/rates/shipping-rates", "Shipping rates"],
];

// The address after the hash, and who draws it.
const views = [
	[/^\/$/, (_, chosen) => overviewView(chosen)],
	[/^\/orders\/([\w-]+)$/, ([id]) => orderView(id)],
	[/^\/products\/([\w-]+)$/, ([id]) => productView(id)],
	[/^\/coupons\/([\w-]+)$/, ([id]) => couponView(id)],
	[/^\/rates\/((?:exchange|tax|shipping)-rates)$/, ([name]) => ratesView(name)],
	[/^\/(\w+)$/, ([name], chosen) => lists[name] && listView(name, chosen)],
];

let turn = 0;

/** Draw what the address names. Who comes later wins over who answers later. */
async function show() {
	const mine = ++turn;
	const [path, query = ""] = (location.hash.slice(1) || "/").split("?");
	const chosen = Object.fromEntries(new URLSearchParams(query));
	const view = document.querySelector("#view");

	for (const link of document.querySelectorAll("#menu a"))
		link.toggleAttribute("aria-current", link.hash === `#${path}`
			|| (link.hash !== "#/" && path.startsWith(`${link.hash.slice(1)}/`)));
	view.setAttribute("aria-busy", "true");
	try {
		const found = views.map(([like, draw]) => [path.match(like), draw]).find(([match]) => match);
		const drawn = await found?.[1](found[0].slice(1), chosen);
		if (mine === turn)
			view.replaceChildren(...(drawn ?? [h("p", {}, "There is no such view.")])
				.flat(Infinity).filter(Boolean));
	} catch (error) {
		if (mine === turn)
			sayRefusal(error);
	} finally {
		view.removeAttribute("aria-busy");
	}
}

document.querySelector("#menu").append(...menu.map(([href, title]) => h("li", {}, h("a", { href }, title))));
window.addEventListener("hashchange", show);
await show();
