// pages.mjs: looks at the reference and the dashboard. Speaks TAP.
//
//	node pages.mjs MODULES CHROMIUM URL ADMIN PASSWORD ORDER
//
// ORDER is the id of a paid order; what else is there, pages.t says.

import { createRequire } from "node:module";
import { join } from "node:path";

const [modules, chromium, url, admin, password, order] = process.argv.slice(2);
const { chromium: browserType } = createRequire(join(modules, "package.json"))("playwright-core");

let count = 0, failed = 0;
function ok(good, words, more) {
	count++;
	if (!good) failed++;
	console.log(`${good ? "ok" : "not ok"} ${count} - ${words}`);
	if (!good && more !== undefined) console.log(`# ${JSON.stringify(more)}`);
}

const browser = await browserType.launch({ executablePath: chromium, args: ["--no-sandbox"] });

/** A page that notes whatever its console or its scripts complain of. */
async function open(path, options = {}) {
	const context = await browser.newContext({ ignoreHTTPSErrors: true, viewport: { width: 1280, height: 900 }, ...options });
	const page = await context.newPage();
	page.complaints = [];
	page.on("console", (said) => { if (said.type() === "error") page.complaints.push(said.text()); });
	page.on("pageerror", (error) => page.complaints.push(String(error)));
	page.setDefaultTimeout(10_000);
	await page.goto(url + path);
	return page;
}

const text = (page, selector) => page.locator(selector).first().innerText();
const wide = (page) => page.evaluate(() => document.documentElement.scrollWidth > innerWidth);

async function reference() {
	const page = await open("/docs/");
	await page.waitForSelector("article.operation");
	const api = await (await fetchJson(page, "/api/v1/openapi.json"));
	const operations = Object.values(api.paths).flatMap((ways) => Object.values(ways).filter((way) => way.operationId));
	ok(await page.locator("article.operation").count() === operations.length, "the reference shows every operation");
	ok(await page.locator("nav li").count() === operations.length, "and so do its contents");
	const words = await page.locator("#reference").innerText();
	ok(!/\[object|undefined|NaN/.test(words), "nothing in it is unspoken", words.match(/.{40}(\[object|undefined|NaN).{20}/)?.[0]);
	ok(/curl -X POST \S+\/api\/v1\/orders\/create/.test(words), "with a call to copy");
	await page.fill("#filter", "post cart");
	ok(await page.locator("nav li:visible").count() < 5 && await page.locator("nav li:visible").count() > 0, "the filter narrows it");
	await page.locator("nav li:visible a").first().click();
	ok(/#\w+$/.test(page.url()), "and a click leads there");
	ok(page.complaints.length === 0, "nothing complains", page.complaints);

	const narrow = await open("/docs/", { viewport: { width: 360, height: 700 } });
	await narrow.waitForSelector("article.operation");
	ok(!await wide(narrow), "on a telephone nothing sticks out");
}

const fetchJson = (page, path) => page.evaluate(async (at) => (await fetch(at)).json(), path);

async function locked() {
	const context = await browser.newContext({ ignoreHTTPSErrors: true });
	const answer = await context.request.get(`${url}/admin/`);
	ok(answer.status() === 401, "the dashboard asks who is there");
}

/** Go where a link of the menu leads, and wait until it is drawn. */
async function go(page, hash) {
	await page.evaluate((to) => { location.hash = to; }, hash);
	await page.waitForFunction(() => !document.querySelector("#view").hasAttribute("aria-busy"));
}

/** Do something that puts; come back when that is answered. What the page says of it may still be of the time before. */
const putting = (page, action) => Promise.all([
	page.waitForResponse((answer) => answer.request().method() === "PUT"), action()]);

async function dashboard() {
	const page = await open("/admin/", { httpCredentials: { username: admin, password } });
	await page.waitForSelector(".figures");
	ok(/Orders\s+1/.test(await text(page, ".figures")), "the overview counts the order", await text(page, ".figures"));
	ok(await page.locator("svg.chart rect").count() >= 1, "and draws its day");

	const queue = await text(page, "section.queue");
	ok(/^\d open cases/.test(queue) && /amount-differs/.test(queue), "what waits for somebody comes first", queue);
	const inside = url.replace("://", `://${admin}:${password}@`);
	const known = await (await browser.newContext({ ignoreHTTPSErrors: true })).newPage();
	await known.goto(`${inside}/admin/`);
	await known.waitForSelector(".figures");
	ok(true, "an address with name and password will do");

	for (const link of await page.locator("#menu a").all()) {
		const title = await link.innerText();
		await link.click();
		await page.waitForFunction((want) => document.querySelector("#view h2")?.innerText.startsWith(want), title);
		ok(await page.locator("#said").innerText() === "", `${title} is shown`);
		ok(!await wide(page), `${title} does not stick out`);
	}
	return page;
}

async function orders(page) {
	await go(page, `#/orders/${order}`);
	await page.waitForSelector("text=Refund");
	ok(/\$24\.50/.test(await text(page, "#view")), "an order tells its total");
	await page.fill("input[name=amount]", "24.505");
	await page.fill("input[name=reason]", "It shrank.");
	await page.locator("form.fields button").click();
	await page.waitForFunction(() => document.querySelector("[data-field=amount]").textContent);
	ok(true, "an amount that is none is marked at its field");
	await page.fill("input[name=amount]", "4.50");
	await page.route("**/refund", async (route) => { await route.fetch(); await route.abort(); }, { times: 1 });
	await page.locator("form.fields button").click();
	await page.waitForFunction(() => document.querySelector("#said").textContent.includes("fetch"));
	page.complaints = page.complaints.filter((one) => !/ERR_FAILED/.test(one));
	await page.locator("form.fields button").click();
	await page.waitForSelector("text=The refund is on its way.");
	await page.waitForFunction(() => document.querySelector("#view").innerText.includes("It shrank."));
	ok(/\$4\.50/.test(await text(page, "#view")), "a part is given back");
	const given = async () => (await fetchJson(page, `/api/v1/admin/orders/${order}`)).data.refunds.map((one) => one.amount).join(" ");
	ok(await given() === "4.5", "once, though the first answer was lost", await given());
	await page.fill("input[name=amount]", "24.50");
	await page.fill("input[name=reason]", "All of it.");
	await page.locator("form.fields button").click();
	await page.waitForFunction(() => /request/.test(document.querySelector("#said").textContent));
	ok(await page.inputValue("input[name=reason]") === "All of it.", "more than is left is refused, and what was typed stays");
	await page.fill("input[name=amount]", "1");
	await page.locator("form.fields button").click();
	await page.waitForSelector("text=The refund is on its way.");
	await page.waitForFunction(() => document.querySelector("#view").innerText.includes("All of it."));
	ok((await given()).split(" ").sort().join() === "1,4.5", "and less is given", await given());
}

async function products(page) {
	await go(page, "#/products");
	await page.waitForSelector("text=onerror");
	ok(await page.title() === "TShop admin", "a name that looks like HTML is a name");
	await page.locator("td a", { hasText: "onerror" }).click();
	await page.waitForSelector("input[name=basePrice]");
	await page.fill("input[name=basePrice]", "12.25");
	await page.fill("input[name=name]", "Plain cap");
	await page.locator("form.fields > .buttons button").first().click();
	await page.waitForSelector("h2:text('Plain cap')");
	await page.locator("summary", { hasText: "Another variant" }).click();
	const form = page.locator("details[open] form");
	await form.locator("input[name=size]").fill("One size");
	await form.locator("input[name=colorHex]").fill("blue");
	await form.locator("button").click();
	await page.waitForFunction(() => [...document.querySelectorAll("[data-field=colorHex]")].some((one) => one.textContent));
	await form.locator("input[name=colorHex]").fill("#0000FF");
	await form.locator("button").click();
	await page.waitForSelector("summary:has-text('One size')");
	const shown = await fetchJson(page, `/api/v1/admin/products/${page.url().split("/").pop()}`);
	ok(shown.data.basePrice === 12.25 && shown.data.variants[0].colorHex === "#0000FF", "a product is changed, a variant added", shown);
}

async function coupons(page) {
	await go(page, "#/coupons/new");
	await page.fill("input[name=code]", "pages-10");
	await page.selectOption("select[name=kind]", "percent");
	await page.fill("input[name=percent]", "100.5");
	await page.locator("form.fields button").click();
	await page.waitForFunction(() => document.querySelector("[data-field=percent]").textContent);
	await page.fill("input[name=percent]", "10");
	await page.locator("form.fields button").click();
	await page.waitForSelector("h2:text('PAGES-10')");
	await page.fill("input[name=maxUses]", "5");
	await page.locator("input[name=active]").uncheck();
	await putting(page, () => page.locator("form.fields button").click());
	await page.waitForSelector("text=Saved.");
	const shown = await fetchJson(page, `/api/v1/admin/coupons/${page.url().split("/").pop()}`);
	ok(shown.data.percent === 10 && shown.data.maxUses === 5 && !shown.data.active, "a coupon is made, and ended", shown);
	await go(page, "#/coupons");
	ok(/PAGES-10/.test(await text(page, "#view")), "it is in the list");
}

async function queue(page) {
	await go(page, "#/jobs?state=dead");
	await page.waitForSelector("text=it was <b>late</b>");
	await page.locator("tr", { hasText: "trending" }).getByRole("button", { name: "Try again" }).click();
	await page.waitForFunction(() => !document.querySelector("#view").innerText.includes("trending"));
	ok(true, "a dead job is tried again");
	await go(page, "#/cases?state=open");
	await page.locator("tr", { hasText: "amount-differs" }).getByRole("button", { name: "Resolve" }).click();
	await page.waitForFunction(() => !document.querySelector("#view").innerText.includes("amount-differs"));
	ok(true, "a case is resolved");
	await go(page, "#/reports?state=open");
	await page.waitForSelector("text=I mind it.");
	await page.getByRole("button", { name: "Hide the design" }).click();
	await page.locator("dialog").getByRole("button", { name: "Leave it" }).click();
	ok((await text(page, "#view")).includes("I mind it."), "whoever thinks again has changed nothing");
	await page.getByRole("button", { name: "Hide the design" }).click();
	await page.locator("dialog").getByRole("button", { name: "Hide the design" }).click();
	await page.waitForFunction(() => !document.querySelector("#view").innerText.includes("I mind it."));
	ok(true, "a design is hidden");
	await go(page, "#/audit");
	await page.waitForSelector("text=report.");
	ok((await text(page, "#view")).includes(admin), "and the audit tells who did it");
}

async function rates(page) {
	await go(page, "#/rates/exchange-rates");
	const euro = page.locator("tr", { has: page.locator("input[value=EUR]") }).locator("[data-name=rate]");
	await euro.fill("0.91");
	await page.getByRole("button", { name: "Save all" }).click();
	await putting(page, () => page.locator("dialog").getByRole("button", { name: "Save all" }).click());
	await page.waitForSelector("text=Saved.");
	const shown = await fetchJson(page, "/api/v1/admin/settings/exchange-rates");
	ok(shown.data.find((one) => one.currency === "EUR").rate === 0.91, "a rate is changed");
	ok(page.complaints.filter((one) => !/status of 4(09|22)/.test(one)).length === 0, "nothing complains but refusals", page.complaints);
}

try {
	await reference();
	await locked();
	const page = await dashboard();
	await orders(page);
	await products(page);
	await coupons(page);
	await queue(page);
	await rates(page);
} catch (error) {
	ok(false, String(error));
} finally {
	await browser.close();
}
console.log(`1..${count}`);
process.exit(failed ? 1 : 0);
