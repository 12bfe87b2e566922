// Drives VS Code in a browser, and prints what it shows as JSON.
//   node code_server.mjs ADDRESS CHROMIUM PICTURE
import { chromium } from "playwright-core";

const [address, executablePath, picture] = process.argv.slice(2);
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
page.setDefaultTimeout(180_000);
const shown = {};

async function open(file) {
  await page.keyboard.press("Control+P");
  await page.locator(".quick-input-widget input").first().fill(file);
  await page.locator(`.quick-input-list .monaco-list-row[aria-label*="${file}"]`).first().waitFor();
  await page.keyboard.press("Enter");
  await page.locator(`.tab.active[data-resource-name="${file}"]`).waitFor();
}

async function texts(selector) {
  await page.locator(selector).first().waitFor();
  // What is drawn in pieces is whole a moment later.
  await page.waitForTimeout(2_000);
  return (await page.locator(selector).allInnerTexts()).map((text) => text.replaceAll("\u00a0", " "));
}

await page.goto(address);
await page.locator(".monaco-workbench").waitFor();
await open("main.tf");
shown.lenses = await texts(".codelens-decoration a");
await open("rules.tf");
shown.squiggles = (await texts(".squiggly-error")).length;
// To the line of the finding, in front of it.
await page.keyboard.press("Control+G");
await page.locator(".quick-input-widget input").first().fill(":3:1");
await page.keyboard.press("Enter");
await page.keyboard.press("Control+.");
shown.actions = await texts(".action-widget .monaco-list-row.action .title");
await page.keyboard.press("Escape");
await page.keyboard.press("Control+G");
await page.locator(".quick-input-widget input").first().fill(":3:8");
await page.keyboard.press("Enter");
await page.keyboard.press("Control+K");
await page.keyboard.press("Control+I");
shown.hover = (await texts(".monaco-hover .hover-contents")).join("\n");
shown.links = await page
  .locator(".monaco-hover a")
  .evaluateAll((found) => found.map((each) => each.dataset.href ?? (each.getAttribute("href") || each.title)));
await page.screenshot({ path: picture });
await browser.close();
console.log(JSON.stringify(shown));
