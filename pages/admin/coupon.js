// coupon.js: a coupon, to be made and ended.
import { ask, h } from "/assets/dom.js";
import { fieldForm, filled } from "./forms.js";
import { plain, say } from "./words.js";

const terms = [
	{ name: "minSubtotal", label: "From a subtotal of", kind: "number" },
	{ name: "maxUses", label: "Uses in all (empty: any number)", kind: "number" },
	{ name: "maxPerUser", label: "Uses of one user (empty: any number)", kind: "number" },
	{ name: "startsAt", label: "From", kind: "text" },
	{ name: "expiresAt", label: "Until (a date or a time; empty: for ever)", kind: "text" },
	{ name: "active", label: "It serves", kind: "flag" },
];

const gift = [
	{ name: "code", label: "Code", kind: "text", required: true },
	{ name: "kind", label: "What it gives", kind: "choice", choices: ["percent", "amount", "free_shipping"] },
	{ name: "percent", label: "Percent", kind: "number" },
	{ name: "amount", label: "Amount", kind: "number" },
	{ name: "currency", label: "Currency of the amount", kind: "text" },
];

/** What a coupon gives, in words. */
export const given = (coupon) => ({ percent: `${coupon.percent} %`, free_shipping: "free shipping" })[coupon.kind]
	?? `${coupon.amount} ${coupon.currency}`;

/** The view of the coupon with this id, or of one to be made ("new"). */
export async function couponView(id) {
	if (id === "new")
		return [h("h2", {}, "New coupon"), fieldForm([...gift, ...terms], { active: true }, "Make it", async (values) => {
			const { data } = await ask("POST", "/admin/coupons", filled(values));
			location.hash = `#/coupons/${data.id}`;
		})];

	const { data: coupon } = await ask("GET", `/admin/coupons/${encodeURIComponent(id)}`);
	return [
		h("h2", {}, coupon.code),
		h("p", { class: "faint" }, given(coupon), ", used ", plain(coupon.uses), " times"),
		fieldForm(terms, coupon, "Save", async (values) => {
			await ask("PUT", `/admin/coupons/${coupon.id}`, values);
			say("Saved.");
		}),
	];
}
