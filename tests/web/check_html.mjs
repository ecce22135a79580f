// Checks HTML reports in a browser: accessibility in light and dark, no outside request, no console
// message, no sideways scroll at 320 px, and the filter works under the report's own content policy.
//
//   npm install playwright-core axe-core
//   node tests/web/check_html.mjs report.html [more.html …]
//
// Chromium is taken from CHROMIUM or /usr/bin/chromium. Exit 0: all good; 1: a check failed; 2: usage.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";

// packages may sit beside the caller instead of beside this file
const require = createRequire(pathToFileURL(resolve("package.json")));
const { chromium } = require("playwright-core");
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

const files = process.argv.slice(2);
if (files.length === 0) {
  console.error("usage: node check_html.mjs report.html [more.html …]");
  process.exit(2);
}

const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
const faults = [];

async function open(browser, file, options) {
  const context = await browser.newContext({ viewport: { width: 1200, height: 900 }, ...options });
  const page = await context.newPage();
  return { context, page, url: pathToFileURL(resolve(file)).href };
}

// What a reader's browser does with the file, under its own content policy.
async function behaviour(browser, file, colorScheme) {
  const { context, page, url } = await open(browser, file, { colorScheme });
  const fault = text => faults.push(`${file} (${colorScheme}): ${text}`);
  page.on("console", message => fault(`console ${message.type()}: ${message.text()}`));
  page.on("pageerror", error => fault(`script error: ${error}`));
  page.on("dialog", dialog => { fault(`dialog: ${dialog.message()}`); dialog.dismiss(); });
  page.on("request", request => {
    if (request.url() !== url && !request.url().startsWith("data:")) fault(`request to ${request.url()}`);
  });
  await page.goto(url);
  await page.evaluate(() => document.querySelectorAll("details").forEach(d => { d.open = true; }));
  await page.waitForTimeout(300);

  const filter = page.locator(".tools input").first();
  if (await filter.count()) {
    await filter.fill("no row holds this text");
    await page.waitForTimeout(300);
    const status = await page.locator(".tools [role=status]").first().textContent();
    if (!status.startsWith("0 of ")) fault(`the filter shows "${status}" for a text no row holds`);
    await filter.fill("");
  }
  const sort = page.locator("table[data-searchable] thead button").first();
  if (await sort.count()) {
    await sort.click();
    if (!(await page.locator("th[aria-sort=ascending]").count())) fault("sorting sets no aria-sort");
  }

  await page.setViewportSize({ width: 320, height: 800 });
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  if (width > 320) fault(`scrolls sideways at 320 px: the page is ${width} px wide`);
  await context.close();
}

// The checker itself is a script the policy would block, so it runs in a context without the policy.
async function accessibility(browser, file, colorScheme) {
  const { context, page, url } = await open(browser, file, { colorScheme, bypassCSP: true });
  await page.goto(url);
  await page.evaluate(() => document.querySelectorAll("details").forEach(d => { d.open = true; }));
  await page.evaluate(axe);
  const result = await page.evaluate(tags => window.axe.run(document, { runOnly: { type: "tag", values: tags } }), TAGS);
  for (const violation of result.violations) {
    const where = violation.nodes.slice(0, 3).map(node => node.target.join(" ")).join("; ");
    faults.push(`${file} (${colorScheme}): ${violation.id}, ${violation.help} (${violation.nodes.length}: ${where})`);
  }
  console.log(`${file} (${colorScheme}): ${result.passes.length} accessibility rules passed, ${result.violations.length} violated`);
  await context.close();
}

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});
for (const file of files) {
  for (const colorScheme of ["light", "dark"]) {
    await behaviour(browser, file, colorScheme);
    await accessibility(browser, file, colorScheme);
  }
}
await browser.close();
for (const fault of faults) console.error(`FAULT ${fault}`);
process.exit(faults.length === 0 ? 0 : 1);
